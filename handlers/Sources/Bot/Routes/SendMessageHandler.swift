import AWSCore
import BotContract

/// `sendMessage`: one turn of a chat.
final class SendMessageHandler: RouteHandler {
    private let context: BotContext
    private let rules: RuleSelection

    init(_ context: BotContext) {
        self.context = context
        rules = RuleSelection(context.configuration)
    }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            guard case .sendMessage(let message, let messageId) = frame else {
                throw RouteFailure(.badFrame, cause: "this route serves 'sendMessage'")
            }
            let limit = RateLimit(perMinute: context.configuration.limits.messagesPerMinute)
            let session = try invocation.timed("session") { () throws(RouteFailure) in
                try limit.admit(
                    context.table,
                    user: user,
                    connectionId: event.connectionId,
                    now: context.clock.now(),
                    deadline: invocation.storeDeadline
                )
            }
            guard let chatId = session[TableLayout.Attribute.chatId]?.text else {
                throw RouteFailure(.noSession, cause: "a session item without a chat")
            }
            let claim = TurnClaim(
                context: context,
                invocation: invocation,
                user: user,
                chatId: chatId,
                messageId: messageId,
                text: message
            )
            try Turn(
                context: context,
                invocation: invocation,
                connection: connection,
                rules: rules,
                claim: claim,
                message: message
            ).run()
        }
    }
}
