import AWSCore
package import BotContract
import BotSpec
import Web

/// `botctl widget`: the chat for a web page.
package struct Widget: Sendable, Equatable {
    /// Where the chat connects.
    package var url: String
    /// The line for the page.
    package var snippet: String
    /// Where the stack serves the widget's file, and the snippet loads it from; `nil` when the page's site serves it.
    package var hostedURL: String?
    /// Where the widget's file is, absolute; `nil` when only the snippet was asked for.
    package var path: String?
    package var isWritten: Bool
    package var bytes: Int
    /// For the attribute `integrity` of the script (https://www.w3.org/TR/SRI/).
    package var integrity: String
    /// Of the stage, where the spec was read: other modes than `visitor` need a token of the page.
    package var authMode: BotConfiguration.Auth.Mode?

    /// Where the widget's file goes; paths are absolute.
    package enum Destination: Sendable, Equatable {
        case nowhere
        case file(String)
        case unlessHosted(String)
    }

    package static let fileName = WidgetFile.name

    /// - Parameters:
    ///   - url: of a bot; the deployed stage's when `nil`.
    /// - Throws: `notDeployed`, `file`.
    package static func make(
        _ context: ProjectContext,
        url: String?,
        to destination: Destination,
        _ host: any OperationHost
    ) throws(OperationError) -> Widget {
        let file = try WidgetFile.current()
        var mode: BotConfiguration.Auth.Mode?
        var hosted: String?
        let address: String
        if let url {
            address = url
        } else {
            mode = try context.loadSpec(telling: host).spec.auth.mode
            let outputs = try Outputs.run(context, host)
            guard let url = outputs.chatURL else {
                throw OperationError(
                    .notDeployed,
                    "the stack \(outputs.stack) tells no address to chat at",
                    fix: "run `botctl deploy`"
                )
            }
            address = url
            hosted = outputs.widgetURL
        }
        let path: String?
        switch destination {
        case .nowhere: path = nil
        case .file(let file): path = file
        case .unlessHosted(let file): path = hosted == nil ? file : nil
        }
        let name = path?.split(separator: "/").last.map(String.init) ?? fileName
        // A file that is asked for is the one to serve.
        if case .file = destination { hosted = nil }
        return Widget(
            url: address,
            snippet: snippet(source: hosted ?? "/\(name)", url: address),
            hostedURL: hosted,
            path: path,
            isWritten: try path.map { path throws(OperationError) in
                try context.effects.files.writeIfChanged(path, file.contents)
            } ?? false,
            bytes: file.contents.utf8.count,
            integrity: "sha256-\(base64Encode(sha256(file.contents)))",
            authMode: mode
        )
    }

    /// `ws:` and `wss:` URLs without a fragment or what would end them.
    package static func isChatURL(_ text: String) -> Bool {
        guard let scheme = ["wss://", "ws://"].first(where: text.hasPrefix), text.utf8.count <= 2048 else {
            return false
        }
        let rest = text.dropFirst(scheme.count).utf8
        return rest.first != UInt8(ascii: "/") && !rest.isEmpty
            && rest.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
    }

    private static func snippet(source: String, url: String) -> String {
        "<script src=\"\(escaped(source))\" data-url=\"\(escaped(url))\" async></script>"
    }

    /// For an attribute in double quotes.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
    }
}
