import AWSCore
import BotContract

/// `feedback`: what the customer thinks of a reply, stored with that reply and for as long.
final class FeedbackHandler: RouteHandler {
    private typealias A = TableLayout.Attribute
    private let context: BotContext
    init(_ context: BotContext) { self.context = context }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            guard case .feedback(let messageId, let rating, let comment) = frame else {
                throw RouteFailure(.badFrame, cause: "this route serves 'feedback'")
            }
            let chatId = try ConnectionChat.id(of: event, user, context, invocation)
            do throws(TableError) {
                let turn = try invocation.timed("turn") { () throws(TableError) in
                    try context.table.get(
                        user: user,
                        key: TableLayout.turnKey(chatId: chatId, messageId: messageId),
                        deadline: invocation.storeDeadline
                    ).wait()
                }
                guard let turnId = turn?[A.turnId]?.text else { throw TableError.conditionFailed(nil) }
                let now = context.clock.now()
                try invocation.timed("store") { () throws(TableError) in
                    _ = try context.table.update(
                        user: user,
                        key: TableLayout.messageKey(chatId: chatId, turnId: turnId, role: .bot),
                        set: "#\(A.feedback) = :feedback",
                        values: ["feedback": Self.attribute(rating, comment, now)],
                        deadline: invocation.storeDeadline
                    ).wait()
                }
            } catch {
                if case .conditionFailed = error { throw RouteFailure(.unknownMessage) }
                throw RouteFailure(error)
            }
            invocation.outcome = rating.rawValue
            invocation.timed("post") { connection.post(.feedback(messageId: messageId, rating: rating)) }
        }
    }

    private static func attribute(_ rating: Rating, _ comment: String?, _ now: Timestamp) -> AttributeValue {
        var members: Item = ["rating": .string(rating.rawValue), A.createdAt: .number(now.milliseconds)]
        if let comment { members["comment"] = .string(comment) }
        return .map(members)
    }
}
