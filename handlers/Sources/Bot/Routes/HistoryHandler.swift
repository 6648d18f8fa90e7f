import AWSCore
import BotContract

/// `history`: a page of the chat, from where the client says towards its beginning.
final class HistoryHandler: RouteHandler {
    private let context: BotContext
    init(_ context: BotContext) { self.context = context }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            guard case .history(let before) = frame else {
                throw RouteFailure(.badFrame, cause: "this route serves 'history'")
            }
            let page: HistoryPage
            do throws(TableError) {
                let deadline = invocation.storeDeadline
                let session = try invocation.timed("session") { () throws(TableError) in
                    try context.table.get(user: user, key: event.connectionId, deadline: deadline).wait()
                }
                guard let chatId = session?[TableLayout.Attribute.chatId]?.text else {
                    throw TableError.conditionFailed(nil)
                }
                page = try invocation.timed("history") { () throws(TableError) in
                    try HistoryPage.read(context, user: user, chatId: chatId, before: before, deadline: deadline)
                }
            } catch {
                if case .conditionFailed = error { throw RouteFailure(.noSession) }
                throw RouteFailure(error)
            }
            let messages = FrameFit.newest(page.messages) { .history(messages: $0, before: $0.first?.id) }
            let isAll = messages.count == page.messages.count && !page.hasMore
            invocation.timed("post") {
                connection.post(.history(messages: messages, before: isAll ? nil : messages.first?.id))
            }
            invocation.outcome = "sent"
        }
    }
}

/// Messages of a chat, oldest first.
struct HistoryPage {
    var messages: [ChatMessage]
    /// Whether there are older ones.
    var hasMore: Bool

    static func read(
        _ context: BotContext,
        user: String,
        chatId: String,
        before: String?,
        deadline: Timestamp
    ) throws(TableError) -> HistoryPage {
        let prefix = TableLayout.messagePrefix(chatId: chatId)
        // One more than a page tells whether there is another; one more again, because the range of a Query
        // includes its end.
        let items = try context.table.newest(
            user: user,
            prefix: prefix,
            upTo: before.map { prefix + $0 },
            limit: Frame.pageSize + (before == nil ? 1 : 2),
            deadline: deadline
        ).wait()
        let now = context.clock.now().seconds
        let messages = items.compactMap { ChatMessage(item: $0, sortKey: context.table.sortKey, now: now) }
            .filter { $0.id != before }
        return HistoryPage(
            messages: messages.prefix(Frame.pageSize).reversed(),
            hasMore: messages.count > Frame.pageSize
        )
    }
}
