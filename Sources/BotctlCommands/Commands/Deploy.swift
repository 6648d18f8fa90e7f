import ArgumentParser
import Operations

struct DeployCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Bring the bot to AWS: build, upload, plan, ask, execute.",
        discussion: """
            Shows the plan before anything changes, and asks. What is up to date is left alone. Ctrl-C before the \
            plan is executed changes nothing; after that it only stops watching. A run that was interrupted is \
            finished by the next. Then it asks the bot a question, and only an answer that is stored counts as success.

            Examples:
              botctl deploy
              botctl deploy --yes
              botctl deploy --hotswap                                 (while developing)
              botctl deploy --approve widening                        (in CI: stops at what a person should see)
              botctl deploy --stage prod --approve never --confirm prod
            """
    )

    @OptionGroup var global: GlobalOptions

    @OptionGroup var rollout: RolloutOptions

    @Flag(help: "Give the functions new code, prompt, rules and settings within a moment, without CloudFormation.")
    var hotswap = false

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let context = rollout.protection.apply(session.context)
        if hotswap {
            let options = Hotswap.Options(approval: rollout.approve, smokes: !rollout.noSmoke)
            switch try Hotswap.run(context, session.host, options: options) {
            case .hotswap(let result): return show(HotswapView(result: result), session)
            case .deployment(let result): return show(DeployView(result: result), session)
            }
        }
        return show(DeployView(result: try Deploy.run(context, session.host, options: rollout.options)), session)
    }

    private func show(_ view: any DeploymentView, _ session: Session) -> ExitStatus {
        session.host.finish()
        session.console.error(view.headline(session.console.errorStyle))
        session.console.output(session.isJSON ? view.json : view.address)
        return .done
    }
}
