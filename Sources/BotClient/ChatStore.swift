import Foundation

/// What outlives the app: who the visitor is, the chat, and what was not answered yet.
public struct ChatRecord: Codable, Sendable, Equatable {
    public struct Pending: Codable, Sendable, Equatable {
        public var messageId: String
        public var text: String
    }

    /// Lets in who has it, as the same visitor.
    public var token: String?
    public var chatId: String?
    public var pending: [Pending]
}

/// Where a chat is kept. A store that fails keeps nothing: that is no reason to refuse a chat, so there are no errors.
public protocol ChatStore: Sendable {
    func load() -> ChatRecord?
    func save(_ record: ChatRecord)
    func remove()
}

/// In the user's defaults, as JSON under one key. The token in it lets in who has it: where that matters more than
/// it does for a page's local storage, conform a type of your own that uses the Keychain.
public struct DefaultsChatStore: ChatStore {
    private let suiteName: String?
    private let key: String

    /// - Parameters:
    ///   - key: one for each bot, `botctl:<url>` for example.
    ///   - suiteName: of an app group; the app's own defaults without one.
    public init(key: String, suiteName: String? = nil) {
        self.key = key
        self.suiteName = suiteName
    }

    private var defaults: UserDefaults? { suiteName.map { UserDefaults(suiteName: $0) } ?? UserDefaults.standard }

    public func load() -> ChatRecord? {
        guard let data = defaults?.data(forKey: key) else { return nil }
        return try? JSONDecoder().decode(ChatRecord.self, from: data)
    }

    public func save(_ record: ChatRecord) {
        guard let data = try? JSONEncoder().encode(record) else { return }
        defaults?.set(data, forKey: key)
    }

    public func remove() { defaults?.removeObject(forKey: key) }
}
