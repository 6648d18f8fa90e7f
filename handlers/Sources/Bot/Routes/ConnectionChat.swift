import AWSCore
import BotContract

/// The chat that a connection is in, for routes that take part in it without a turn.
enum ConnectionChat {
    static func id(
        of event: WebSocketEvent,
        _ user: String,
        _ context: BotContext,
        _ invocation: Invocation
    ) throws(RouteFailure) -> String {
        let session: Item?
        do throws(TableError) {
            session = try invocation.timed("session") { () throws(TableError) in
                try context.table.get(user: user, key: event.connectionId, deadline: invocation.storeDeadline).wait()
            }
        } catch {
            throw RouteFailure(error)
        }
        guard let chatId = session?[TableLayout.Attribute.chatId]?.text else { throw RouteFailure(.noSession) }
        return chatId
    }
}
