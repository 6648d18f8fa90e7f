import BotContract
import Operations

/// The script tag alone on standard output, so that a build can take it.
struct WidgetView {
    let widget: Widget
    /// As the user named it.
    let file: String

    var text: String { widget.snippet + "\n" }

    func remarks(_ style: Style) -> String {
        var text = ""
        if widget.path != nil {
            let size = "\(widget.bytes / 1000) KB"
            text += widget.isWritten ? "Wrote \(file) (\(size)).\n" : "\(file) is up to date (\(size)).\n"
        }
        if widget.hostedURL != nil { text += "The stack serves the file: there is nothing to copy.\n" }
        if let mode = widget.authMode, mode != .visitor {
            text += "The stage has auth.mode: \(mode.rawValue): the page gives the chat a token (docs/widget.md).\n"
        }
        return text
    }

    var json: String {
        BotctlCommands.json(
            Document(
                url: widget.url,
                snippet: widget.snippet,
                hostedUrl: widget.hostedURL,
                file: widget.path,
                written: widget.isWritten,
                bytes: widget.bytes,
                integrity: widget.integrity
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var url: String
        var snippet: String
        var hostedUrl: String?
        var file: String?
        var written: Bool
        var bytes: Int
        var integrity: String
    }
}
