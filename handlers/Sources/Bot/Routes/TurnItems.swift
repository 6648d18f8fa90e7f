import AWSCore
import BotContract

/// What a turn reads and writes of its chat.
struct TurnItems {
    private typealias A = TableLayout.Attribute

    let context: BotContext
    let claim: TurnClaim
    let deadline: Timestamp

    /// A reply as it is stored.
    struct Reply {
        var text: String
        var citations: [Citation] = []
        var usage: TokenUsage?
        var confirmation: Confirmation?
        /// Turns in a row without an answer, up to this one.
        var unanswered = 0
    }

    struct History {
        /// Oldest first.
        var messages: [ChatMessage] = []
        /// Turns in a row without an answer.
        var unanswered = 0
    }

    func beginHistory() -> PendingQuery? {
        let turns = context.configuration.history.turns
        guard turns > 0 else { return nil }
        return context.table.newest(
            user: claim.user,
            prefix: TableLayout.messagePrefix(chatId: claim.chatId),
            limit: HistoryWindow.messages(turns: turns),
            deadline: deadline
        )
    }

    /// Of a turn that is taken over, its own message, and all that came after it, is left out.
    func history(_ pending: PendingQuery?, before turnId: String) throws(RouteFailure) -> History {
        guard let pending else { return History() }
        do throws(TableError) {
            let now = context.clock.now().seconds
            var history = History()
            var lastReply: Item?
            for item in try pending.wait() {
                guard let message = ChatMessage(item: item, sortKey: context.table.sortKey, now: now),
                    message.turnId < turnId
                else { continue }
                if message.role == .bot, lastReply == nil { lastReply = item }
                history.messages.append(message)
            }
            history.messages.reverse()
            history.unanswered = Int(clamping: lastReply?[A.unanswered]?.integer ?? 0)
            return history
        } catch {
            throw RouteFailure(error)
        }
    }

    func reply(_ turnId: String) throws(RouteFailure) -> Reply? {
        let key = TableLayout.messageKey(chatId: claim.chatId, turnId: turnId, role: .bot)
        do throws(TableError) {
            let items = try context.table.newest(user: claim.user, prefix: key, limit: 1, deadline: deadline).wait()
            let now = context.clock.now().seconds
            guard let item = items.first, let reply = ChatMessage(item: item, sortKey: context.table.sortKey, now: now)
            else { return nil }
            return Reply(
                text: reply.text,
                citations: reply.citations,
                usage: TokenUsage(attribute: item[A.usage]),
                confirmation: reply.confirmation
            )
        } catch {
            throw RouteFailure(error)
        }
    }

    func beginPut(customer text: String, _ turnId: String) -> PendingWrite {
        beginPut(.customer, turnId, Reply(text: text))
    }

    func beginPut(_ reply: Reply, _ turnId: String) -> PendingWrite { beginPut(.bot, turnId, reply) }

    private func beginPut(_ role: MessageRole, _ turnId: String, _ content: Reply) -> PendingWrite {
        let now = context.clock.now()
        let key = TableLayout.messageKey(chatId: claim.chatId, turnId: turnId, role: role)
        let prefix = TableLayout.messagePrefix(chatId: claim.chatId)
        let message = ChatMessage(
            id: String(key.dropFirst(prefix.count)),
            messageId: claim.messageId,
            role: role,
            text: content.text,
            createdAt: now.milliseconds,
            citations: content.citations,
            confirmation: content.confirmation
        )
        var item = message.item(
            chatId: claim.chatId,
            expiresAt: context.expiry(from: now),
            usage: content.usage
        )
        if content.unanswered > 0 { item[A.unanswered] = .number(Int64(content.unanswered)) }
        return context.table.put(item, user: claim.user, key: key, onlyIfAbsent: true, deadline: deadline)
    }
}
