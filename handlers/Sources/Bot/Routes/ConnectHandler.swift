import AWSCore
import BotContract

/// `$connect`: the connection becomes a session of the visitor, and the first of its chat.
final class ConnectHandler: RouteHandler {
    private let context: BotContext
    init(_ context: BotContext) { self.context = context }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        guard let user = event.userId else {
            // Any status but 2xx refuses the handshake.
            invocation.outcome = "refused"
            invocation.detail = "no authorizer context: has $connect an authorizer?"
            return .status(401)
        }
        let now = context.clock.now()
        var item = Session.opened(connectionId: event.connectionId, at: event.connectedAt ?? now)
        if let expiresAt = context.expiry(from: now, minimum: .days(1)) {
            item[TableLayout.Attribute.expiresAt] = .number(expiresAt)
        }
        _ = try invocation.timed("store") {
            try context.table.put(
                item,
                user: user,
                key: event.connectionId,
                onlyIfAbsent: false,
                deadline: invocation.storeDeadline
            ).wait()
        }
        invocation.outcome = "connected"
        return .status(200)
    }
}

enum Session {
    static func opened(connectionId: String, at time: Timestamp) -> Item {
        [
            TableLayout.Attribute.kind: .string(TableLayout.Kind.session.rawValue),
            TableLayout.Attribute.chatId: .string(connectionId),
            TableLayout.Attribute.state: .string(TableLayout.SessionState.open.rawValue),
            "connectedAt": .number(time.milliseconds),
        ]
    }
}
