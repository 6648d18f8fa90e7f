import AWSCore
import BotContract

/// `hello`: which chat this connection is in, a token to come back with, and what was said last.
///
/// A `chatId` is taken up only where it is a chat of this same visitor. Any other one, of another visitor or
/// of nobody, gets what a `hello` without one gets, so that nothing is learnt from asking.
final class HelloHandler: RouteHandler {
    private let context: BotContext
    private let keys: TokenKeySource?

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        keys = context.configuration.auth.mode.usesTokenKey ? try TokenKeySource(context) : nil
    }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            guard case .hello(let asked) = frame else {
                throw RouteFailure(.badFrame, cause: "this route serves 'hello'")
            }
            let chatId: String
            let page: HistoryPage
            do throws(TableError) {
                chatId = try invocation.timed("session") { () throws(TableError) in
                    try enter(chat: asked, user: user, event, invocation)
                }
                page = try invocation.timed("history") { () throws(TableError) in
                    try HistoryPage.read(
                        context,
                        user: user,
                        chatId: chatId,
                        before: nil,
                        deadline: invocation.storeDeadline
                    )
                }
            } catch {
                if case .conditionFailed = error { throw RouteFailure(.noSession) }
                throw RouteFailure(error)
            }
            let token = try token(user, event, invocation)
            let messages = FrameFit.newest(page.messages) { .welcome(chatId: chatId, token: token, history: $0) }
            invocation.timed("post") {
                connection.post(.welcome(chatId: chatId, token: token, history: messages))
            }
            invocation.outcome = asked == nil ? "welcome" : asked == chatId ? "resumed" : "fresh"
        }
    }

    /// The chat that the connection is in from now on.
    private func enter(
        chat asked: String?,
        user: String,
        _ event: WebSocketEvent,
        _ invocation: Invocation
    ) throws(TableError) -> String {
        if let asked, asked != event.connectionId, Frame.isChatId(asked),
            let chatId = try resume(asked, user: user, invocation)
        {
            let values: Item = ["chat": .string(chatId)]
            try touch(event.connectionId, user, invocation, set: "#chatId = :chat", values: values)
            return chatId
        }
        let open: Item = ["open": .string(TableLayout.SessionState.open.rawValue)]
        let session = try touch(event.connectionId, user, invocation, set: "#state = :open", values: open)
        return session[TableLayout.Attribute.chatId]?.text ?? event.connectionId
    }

    /// Proves that the chat is the user's: its session item is under the user's own partition key. The item
    /// lives on with the chat.
    private func resume(_ chatId: String, user: String, _ invocation: Invocation) throws(TableError) -> String? {
        let now = context.clock.now()
        do throws(TableError) {
            return try touch(
                chatId,
                user,
                invocation,
                set: "#resumedAt = :now",
                condition: " AND (attribute_not_exists(#expiresAt) OR #expiresAt > :seconds)",
                values: ["now": .number(now.milliseconds), "seconds": .number(now.seconds)]
            )[TableLayout.Attribute.chatId]?.text
        } catch {
            guard case .conditionFailed = error else { throw error }
            return nil
        }
    }

    /// Changes a session item of the user, and puts its end off.
    @discardableResult
    private func touch(
        _ connectionId: String,
        _ user: String,
        _ invocation: Invocation,
        set: String,
        condition: String = "",
        values: Item
    ) throws(TableError) -> Item {
        var set = set
        var values = values
        values["session"] = .string(TableLayout.Kind.session.rawValue)
        if let expiresAt = context.expiry(from: context.clock.now(), minimum: .days(1)) {
            set += ", #expiresAt = :expires"
            values["expires"] = .number(expiresAt)
        }
        return try context.table.update(
            user: user,
            key: connectionId,
            set: set,
            condition: "#kind = :session" + condition,
            values: values,
            deadline: invocation.storeDeadline
        ).wait()
    }

    /// What the customer comes back with; `nil` where an identity provider's tokens are what counts, and where
    /// the company's backend must vouch again.
    private func token(_ user: String, _ event: WebSocketEvent, _ invocation: Invocation) throws(RouteFailure)
        -> String?
    {
        guard let keys else { return nil }
        do {
            let key = try invocation.timed("key") { try keys.key(deadline: invocation.storeDeadline) }
            let now = context.clock.now()
            guard context.configuration.auth.mode == .signed else {
                return VisitorToken(userId: user, issuedAt: now).signed(with: key)
            }
            return event.signedInAt
                .flatMap { ResumeToken(userId: user, signedInAt: $0, now: now) }?
                .signed(with: key)
        } catch {
            throw RouteFailure(.internal, cause: "\(error)")
        }
    }
}
