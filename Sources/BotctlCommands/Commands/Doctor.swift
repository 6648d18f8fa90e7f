import ArgumentParser
import Operations

struct DoctorCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what a deployment needs: credentials, network, clock, toolchain.",
        discussion: """
            Says which source of credentials is used, why the others are not, whose they are, and what to do about \
            whatever is wrong. Changes nothing; works without a spec. Exits with 1 when a check fails.

            Examples:
              botctl doctor
              botctl doctor --profile deployer --json
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = DoctorView(report: try Doctor.run(session.context))
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return view.report.hasFailed ? .failed : .done
    }
}
