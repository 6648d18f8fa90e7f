import ArgumentParser
import Operations

struct ListCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the bots of the account, stage by stage.",
        discussion: """
            Finds every stack that botctl has made in one region, by its tags. Needs no project.

            Examples:
              botctl list --region us-east-2
              botctl list --json | jq -r '.bots[].stack'
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = BotListView(result: try BotList.run(session.context))
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
