import AWSCore
import BotContract

/// `$connect`: the connection becomes a session of the customer, and the first of its chat. A token that may be
/// used once is used up here, where the table can be written.
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
        if let refusal = try useUp(event, user: user, invocation) {
            invocation.outcome = "refused"
            invocation.detail = refusal
            // As the authorizer refuses.
            return .status(403)
        }
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

    /// - Returns: why the connection is refused, for the log.
    private func useUp(_ event: WebSocketEvent, user: String, _ invocation: Invocation) throws -> String? {
        guard context.configuration.auth.mode == .signed else { return nil }
        guard let token = event.oneTimeToken else {
            // Of a resumed session. A context that says neither is not our authorizer's.
            return event.signedInAt == nil || event.authorizer["tokenId"] != nil ? "no sign-in in the context" : nil
        }
        let claim: Item = [
            TableLayout.Attribute.kind: .string(TableLayout.Kind.token.rawValue),
            TableLayout.Attribute.usedBy: .string(event.connectionId),
            // Past the token's own end, for clocks that differ.
            TableLayout.Attribute.expiresAt: .number(token.expiresAt + 2 * TokenTime.skew),
        ]
        do throws(TableError) {
            _ = try invocation.timed("token") { () throws(TableError) in
                try context.table.put(
                    claim,
                    user: user,
                    key: TableLayout.tokenKey(tokenId: token.id),
                    onlyIfAbsent: true,
                    deadline: invocation.storeDeadline
                ).wait()
            }
            return nil
        } catch {
            guard case .conditionFailed(let used) = error else { throw error }
            // Our own attempt, whose answer was lost.
            return used?[TableLayout.Attribute.usedBy]?.text == event.connectionId ? nil : "token: used before"
        }
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
