/// The widget as the one file that a page loads, made from the modules of `widget/` and `client/`, which are embedded
/// in the executable (docs/decisions/0010-widget-file.md).
package struct WidgetFile: Sendable, Equatable {
    package static let name = "botctl-widget.js"

    package var contents: String

    /// Each module after those that it imports from.
    private static let modules = [
        "client/frames.js", "client/connection.js", "client/reply.js", "client/requests.js",
        "client/transcript.js", "client/client.js",
        "widget/strings.js", "widget/style.js", "widget/dom.js", "widget/links.js", "widget/messages.js",
        "widget/panel.js", "widget/element.js", "widget/index.js",
    ]

    /// - Parameter version: botctl's, for the line of comment that the file begins with.
    package init(version: String) throws {
        let header = "botctl \(version) chat widget, Apache-2.0"
        let modules = try Self.modules.map { path in
            guard let file = embeddedFiles.first(where: { $0.path == path }) else {
                throw JavaScriptBundle.Failure(module: path, problem: "is not embedded")
            }
            return (path: path, source: file.contents)
        }
        contents = try JavaScriptBundle.script(header: header, modules: modules)
    }
}
