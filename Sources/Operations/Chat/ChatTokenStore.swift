import FoundationEssentials
import Glibc

/// Keeps a visitor's token between runs, so that the bot knows the user again.
package struct ChatTokenStore {
    package var load: () -> String?
    package var save: (String) -> Void
    package var remove: () -> Void

    package init(
        load: @escaping () -> String?,
        save: @escaping (String) -> Void,
        remove: @escaping () -> Void
    ) {
        self.load = load
        self.save = save
        self.remove = remove
    }

    /// Forgets: each run is a new visitor.
    package static var none: ChatTokenStore { ChatTokenStore(load: { nil }, save: { _ in }, remove: {}) }

    /// Keeps a token as long as the process lives. A refused one stays: without it, the bot could take the user for
    /// somebody else.
    /// - Parameter token: `nil` for a visitor whom the bot has not met.
    package static func memory(_ token: String?) -> ChatTokenStore {
        final class Box {
            var token: String?
            init(_ token: String?) { self.token = token }
        }
        let box = Box(token)
        return ChatTokenStore(load: { box.token }, save: { box.token = $0 }, remove: {})
    }

    /// `$XDG_STATE_HOME/botctl/<bot>-<stage>.token`, readable for the user only
    /// (https://specifications.freedesktop.org/basedir-spec/latest/). `nil` without a home.
    package static func path(environment: [String: String], name: String, stage: String) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return "\(state)/botctl/\(name)-\(stage).token"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.local/state/botctl/\(name)-\(stage).token"
    }

    /// A token that cannot be kept is no reason to refuse a chat, so writing has no error.
    package static func file(_ path: String) -> ChatTokenStore {
        ChatTokenStore(
            load: {
                guard let data = FileManager.default.contents(atPath: path), data.count <= 8192 else { return nil }
                let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
                return text.isEmpty ? nil : text
            },
            save: { token in
                let folder = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
                try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                // Written beside and renamed: two chats at a time never see half a token.
                let draft = "\(path).\(getpid())"
                let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else { return }
                let bytes = Array("\(token)\n".utf8)
                let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
                close(descriptor)
                if !isWritten || rename(draft, path) != 0 { unlink(draft) }
            },
            remove: { unlink(path) }
        )
    }
}
