import AWSCore
import BotContract

/// `$disconnect`: the session is closed; its chat stays.
final class DisconnectHandler: RouteHandler {
    private let context: BotContext
    init(_ context: BotContext) { self.context = context }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        guard let user = event.userId else {
            invocation.outcome = "ignored"
            return .status(200)
        }
        do throws(TableError) {
            try context.table.update(
                user: user,
                key: event.connectionId,
                set: "#state = :closed, #disconnectedAt = :now",
                values: [
                    "closed": .string(TableLayout.SessionState.closed.rawValue),
                    "now": .number(context.clock.now().milliseconds),
                ],
                deadline: invocation.storeDeadline
            ).wait()
            invocation.outcome = "closed"
        } catch {
            guard case .conditionFailed = error else { throw error }
            invocation.outcome = "absent"
        }
        return .status(200)
    }
}
