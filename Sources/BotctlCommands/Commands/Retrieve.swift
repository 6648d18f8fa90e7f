import ArgumentParser
import Operations

struct RetrieveCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrieve",
        abstract: "Show which rules a question finds.",
        discussion: """
            Searches the project's rules with the code that the deployed bot runs. By words it needs no AWS account; by \
            meaning, too (hybrid), it asks Bedrock to embed the rules, once, and the question. With --labelled it \
            measures a set of questions instead: one JSON object a line, with kind, question, expected (ids) and, for \
            follow-ups, previous.

            Examples:
              botctl retrieve --question "How long is the warranty on boots?"
              botctl retrieve --question "And for tents?" --previous "How long is the warranty on boots?" --json
              botctl retrieve --labelled questions.jsonl --mode lexical
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(name: [.short, .long], help: ArgumentHelp("What a customer asks.", valueName: "text"))
    var question: String?

    @Option(help: ArgumentHelp("What the customer asked before.", valueName: "text"))
    var previous: String?

    @Option(help: ArgumentHelp("Measure the labelled questions of this file.", valueName: "file"))
    var labelled: String?

    @Option(help: ArgumentHelp("lexical or hybrid; default: what the spec makes of its rules.", valueName: "mode"))
    var mode: String?

    func validate() throws {
        guard (question == nil) != (labelled == nil) else {
            throw ValidationError("give either --question or --labelled")
        }
        if previous != nil, question == nil { throw ValidationError("--previous goes with --question") }
        if let mode, Retrieve.Mode(rawValue: mode) == nil {
            throw ValidationError("--mode takes lexical or hybrid")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let retrieve = try Retrieve.open(session.context, mode: mode.flatMap(Retrieve.Mode.init), session.host)
        let console = session.console
        if let labelled {
            let path = absolutePath(labelled, in: session.currentDirectory)
            guard let bytes = try session.context.effects.files.read(path) else {
                throw OperationError(.file, "there is no \(labelled)", fix: "name a file of labelled questions")
            }
            let questions = try RetrievalQuality.questions(in: String(decoding: bytes, as: UTF8.self), file: labelled)
            let quality = try RetrievalQuality(questions) { question throws(OperationError) in
                try retrieve.answer(question.question, previous: question.previous)
            }
            let view = RetrievalQualityView(quality: quality)
            console.output(session.isJSON ? view.json : view.text(console.outputStyle))
        } else if let question {
            let view = RetrieveView(answer: try retrieve.answer(question, previous: previous))
            console.output(session.isJSON ? view.json : view.text(console.outputStyle))
        }
        return .done
    }
}
