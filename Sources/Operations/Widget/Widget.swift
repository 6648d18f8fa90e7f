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
    /// Where the widget's file is, absolute; `nil` when only the snippet was asked for.
    package var path: String?
    package var isWritten: Bool
    package var bytes: Int
    /// For the attribute `integrity` of the script (https://www.w3.org/TR/SRI/).
    package var integrity: String
    /// Of the stage, where the spec was read: other modes than `visitor` need a token of the page.
    package var authMode: BotConfiguration.Auth.Mode?

    package static let fileName = WidgetFile.name

    /// - Parameters:
    ///   - version: botctl's, named in the file.
    ///   - url: of a bot; the deployed stage's when `nil`.
    ///   - output: absolute; `nil` writes no file.
    /// - Throws: `notDeployed`, `file`.
    package static func make(
        _ context: ProjectContext,
        version: String,
        url: String?,
        output: String?,
        _ host: any OperationHost
    ) throws(OperationError) -> Widget {
        let file: WidgetFile
        do {
            file = try WidgetFile(version: version)
        } catch {
            throw OperationError(.build, "the widget cannot be put together: \(error)", fix: "build botctl anew")
        }
        var mode: BotConfiguration.Auth.Mode?
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
        }
        let name = output?.split(separator: "/").last.map(String.init) ?? fileName
        return Widget(
            url: address,
            snippet: snippet(file: name, url: address),
            path: output,
            isWritten: try output.map { path throws(OperationError) in
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

    private static func snippet(file: String, url: String) -> String {
        "<script src=\"/\(escaped(file))\" data-url=\"\(escaped(url))\" async></script>"
    }

    /// For an attribute in double quotes.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
    }
}
