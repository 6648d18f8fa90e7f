import AWSCore
import BotContract
import BotSpec
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the page may have done: save one of the project's own texts, and be let in as a customer. Called by the threads
/// of the page's server.
final class DevActions: Sendable {
    private struct State {
        /// Relative to the project's folder; the only ones that can be read or saved.
        var paths: [String] = []
        /// `nil` where customers need no token, or another's.
        var tokenKey: [UInt8]?
    }

    private let directory: String
    private let files: FileSystem
    private let state = Mutex(State())
    private static let maximumBytes = 1 << 20
    /// Seconds.
    private static let tokenLifetime: Int64 = 300

    init(directory: String, files: FileSystem) {
        self.directory = directory
        self.files = files
    }

    func allow(_ paths: [String], tokenKey: [UInt8]?) {
        state.withLock { $0 = State(paths: paths, tokenKey: tokenKey) }
    }

    /// Each text with the hash that a change of it is to name.
    func documents() -> JSONValue {
        .object([
            "files": .array(
                state.withLock(\.paths).compactMap { path in
                    guard let bytes = try? files.read("\(directory)/\(path)") else { return nil }
                    return Self.document(path, bytes)
                }
            )
        ])
    }

    /// Replaces a text, unless it is another one by now than the page has seen.
    func save(_ request: JSONValue) -> (Int, JSONValue) {
        guard let path = request["path"]?.stringValue, let text = request["text"]?.stringValue,
            let base = request["base"]?.stringValue, text.utf8.count <= Self.maximumBytes
        else { return (400, ["message": "a path, a text and the hash of the old text are needed"]) }
        // The state's lock is held until the file is written: of two pages, one is told of the other's text.
        return state.withLock { state in
            guard state.paths.contains(path), !isLink("\(directory)/\(path)") else {
                return (403, ["message": .string("\(path) is not a text of this bot that the page may change")])
            }
            do throws(OperationError) {
                let current = try files.read("\(directory)/\(path)") ?? []
                guard Self.hash(current) == base else { return (409, Self.document(path, current)) }
                let bytes = Array(text.utf8)
                try files.write("\(directory)/\(path)", bytes, false)
                return (200, Self.document(path, bytes))
            } catch {
                return (500, ["message": .string(error.message)])
            }
        }
    }

    /// A token for a customer of that name, as the company's backend makes them.
    func token(_ request: JSONValue) -> (Int, JSONValue) {
        guard let user = request["user"]?.stringValue, !user.isEmpty, user.utf8.count <= 128 else {
            return (400, ["message": "a user's id of at most 128 bytes is needed"])
        }
        guard let key = state.withLock(\.tokenKey) else {
            return (409, ["message": "this stage takes no signed tokens"])
        }
        var generator = SystemRandomNumberGenerator()
        let now = SystemClock().now().seconds
        let claims = AccessToken.Claims(
            sub: user,
            iat: now,
            exp: now + Self.tokenLifetime,
            jti: base64URLEncode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        )
        return (200, ["token": .string(SignedTokens.sealed(claims, key: key))])
    }

    private static func hash(_ bytes: [UInt8]) -> String { hexEncode(sha256(bytes)) }

    private static func document(_ path: String, _ bytes: [UInt8]) -> JSONValue {
        ["path": .string(path), "text": .string(String(decoding: bytes, as: UTF8.self)), "hash": .string(hash(bytes))]
    }
}

/// What replaces a file would replace the link, and leave what it leads to as it was.
private func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}
