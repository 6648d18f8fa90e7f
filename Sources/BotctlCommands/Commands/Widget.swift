import ArgumentParser
import Operations

struct WidgetCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "widget",
        abstract: "Write the chat for a web page, and the line that puts it there.",
        discussion: """
            Writes one JavaScript file without dependencies and prints the script tag that loads it, with the address \
            of the deployed bot. With --url it needs neither a project nor an AWS account. \
            Where the spec has widget.host, the stack serves the file: then the tag loads it from there, and only \
            --out writes one.

            Examples:
              botctl widget --stage prod --out public/botctl-widget.js
              botctl widget --snippet
              botctl widget --url wss://abc.execute-api.us-east-2.amazonaws.com/prod
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The file to write (default: \(Widget.fileName)).", valueName: "file"))
    var out: String?

    @Flag(help: "Print the script tag only, write nothing.")
    var snippet = false

    @Option(help: ArgumentHelp("The bot's address, instead of the deployed one's.", valueName: "url"))
    var url: String?

    func validate() throws {
        if snippet, out != nil { throw ValidationError("give either --snippet or --out") }
        if let url, !Widget.isChatURL(url) { throw ValidationError("--url takes a wss:// or ws:// URL") }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let file = out ?? Widget.fileName
        let path = absolutePath(file, in: session.context.directory)
        let widget = try Widget.make(
            session.context,
            url: url,
            to: snippet ? .nowhere : out == nil ? .unlessHosted(path) : .file(path),
            session.host
        )
        let view = WidgetView(widget: widget, file: file)
        session.console.output(session.isJSON ? view.json : view.text)
        session.console.error(view.remarks(session.console.errorStyle))
        return .done
    }
}
