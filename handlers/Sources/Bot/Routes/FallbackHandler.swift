import AWSCore
import BotContract

/// `$default`: `ping`, and every action that has no route of its own.
final class FallbackHandler: RouteHandler {
    private let context: BotContext
    init(_ context: BotContext) { self.context = context }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, _, frame throws(RouteFailure) in
            guard frame == .ping else { throw RouteFailure(.unknownAction, cause: "no route for this action") }
            invocation.outcome = "pong"
            invocation.timed("post") { connection.post(.pong) }
        }
    }
}
