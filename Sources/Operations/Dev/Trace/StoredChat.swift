import AWSClients
import AWSCore
import BotContract

/// What the bot's table holds of a connection's chat.
struct StoredChat {
    private typealias A = TableLayout.Attribute

    var user: String
    var chatId: String
    /// Plain JSON, in the order of their keys.
    var items: [JSONValue]
    private let sortKey: String

    /// - Returns: `nil` for a connection that the table does not know.
    static func find(
        _ connectionId: String,
        _ keys: DynamoDBClient.Keys,
        _ table: DynamoDBClient
    ) throws(AWSError) -> StoredChat? {
        let sessions = try table.scan(keys, sortKey: connectionId)
        guard let session = sessions.first.map(plain), let user = session[keys.partition]?.stringValue else {
            return nil
        }
        let chatId = session[A.chatId]?.stringValue ?? connectionId
        var items = try table.items(keys, partition: user, prefix: chatId).map(plain)
        if chatId != connectionId { items.append(session) }
        return StoredChat(user: user, chatId: chatId, items: items, sortKey: keys.sort)
    }

    /// The messages of the turn that ran in this time, and what was asked before.
    func turn(from start: Timestamp, to end: Timestamp) -> (question: JSONValue?, reply: JSONValue?, previous: String?)
    {
        let messages = items.filter { $0[A.kind]?.stringValue == TableLayout.Kind.message.rawValue }
        let asked = messages.filter { $0[A.role]?.stringValue == MessageRole.customer.rawValue }
        let index = asked.lastIndex { item in
            guard let created = item[A.createdAt]?.intValue else { return false }
            return start.milliseconds <= created && created <= end.milliseconds
        }
        guard let index else { return (nil, nil, nil) }
        let turnId = turnId(of: asked[index])
        let reply = messages.first {
            $0[A.role]?.stringValue == MessageRole.bot.rawValue && self.turnId(of: $0) == turnId
        }
        return (asked[index], reply, index > 0 ? asked[index - 1][A.text]?.stringValue : nil)
    }

    /// The items of one turn, and the sessions that it belongs to.
    func items(ofTurn question: JSONValue?) -> [JSONValue] {
        let turnId = question.flatMap(turnId)
        return items.filter { item in
            item[A.kind]?.stringValue == TableLayout.Kind.session.rawValue
                || (turnId != nil && (self.turnId(of: item) == turnId || item[A.turnId]?.stringValue == turnId))
        }
    }

    /// `<chatId>#<turnId>.0`
    private func turnId(of item: JSONValue) -> String? {
        guard let key = item[sortKey]?.stringValue, let mark = key.lastIndex(of: "#") else { return nil }
        return String(key[key.index(after: mark)...].prefix { $0 != "." })
    }

    /// DynamoDB's typed attributes as the values that they stand for.
    static func plain(_ item: JSONValue) -> JSONValue {
        .object((item.objectValue ?? [:]).mapValues(value))
    }

    private static func value(_ attribute: JSONValue) -> JSONValue {
        guard let (type, content) = attribute.objectValue?.first else { return .null }
        switch type {
        case "N":
            let text = content.stringValue ?? ""
            return Int64(text).map(JSONValue.int) ?? Double(text).map(JSONValue.double) ?? content
        case "M": return plain(content)
        case "L": return .array((content.arrayValue ?? []).map(value))
        case "NULL": return .null
        default: return content
        }
    }
}
