import AWSCore
import BotContract

/// `handoff`: the customer wants a person. Marks the chat, tells people once, and says what the spec says. The bot
/// goes on answering: it cannot see when a colleague has taken over, and silence would leave the customer alone.
final class HandoffHandler: RouteHandler {
    private let context: BotContext
    private let mark: HandoffMark

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        mark = try HandoffMark(context)
    }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            guard frame == .handoff else { throw RouteFailure(.badFrame, cause: "this route serves 'handoff'") }
            guard let handoff = context.configuration.handoff else {
                throw RouteFailure(.handoffUnavailable, cause: "the spec has no handoff")
            }
            let chatId = try ConnectionChat.id(of: event, user, context, invocation)
            let isNew = try mark.request(chatId: chatId, user: user, invocation)
            invocation.outcome = isNew ? "requested" : "repeated"
            invocation.timed("post") { connection.post(.handoff(message: handoff.message)) }
        }
    }
}
