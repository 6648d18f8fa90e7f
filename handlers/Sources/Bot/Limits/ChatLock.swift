import AWSCore
import BotContract

/// One turn at a time in a chat: a lease on the chat's first session item, up to the end of the invocation. The
/// update that takes it also tells the chat of the connection, so it costs a turn nothing more; only a
/// connection that continues an earlier one's chat needs a second update, on that chat's item.
final class ChatLock {
    private typealias A = TableLayout.Attribute

    private let table: Table
    private let user: String
    private let connectionId: String
    /// Unique to the turn: a retry after a lost answer knows its own lease by it.
    private let turnId: String
    private let now: Timestamp
    private let deadline: Timestamp
    let leaseUntil: Int64
    /// Of the chat that is locked now.
    private(set) var chatId: String?

    init(_ context: BotContext, _ invocation: Invocation, user: String, connectionId: String, turnId: String) {
        table = context.table
        self.user = user
        self.connectionId = connectionId
        self.turnId = turnId
        now = context.clock.now()
        deadline = invocation.storeDeadline
        leaseUntil = invocation.deadline.advanced(by: TurnClaim.margin).milliseconds
    }

    func begin() -> PendingWrite { take(connectionId) }

    /// - Returns: the connection's chat.
    func settle(_ pending: PendingWrite) throws(RouteFailure) -> String {
        guard let session = try refused(pending) else { return locked(connectionId) }
        guard let chat = session[A.chatId]?.text else {
            throw RouteFailure(.noSession, cause: "a session item without a chat")
        }
        if chat == connectionId { throw inProgress(session) }
        guard let first = try refused(take(chat)) else { return locked(chat) }
        guard first[A.chatId]?.text == chat else {
            throw RouteFailure(.noSession, cause: "a chat without its first session")
        }
        throw inProgress(first)
    }

    /// Gives the lease back; `nil` when there is none (any more).
    func beginRelease() -> PendingWrite? {
        guard let chatId else { return nil }
        self.chatId = nil
        return table.update(
            user: user,
            key: chatId,
            set: "#\(A.busyUntil) = :none",
            condition: "#\(A.busyWith) = :turn",
            values: ["none": .number(0), "turn": .string(turnId)],
            deadline: deadline
        )
    }

    /// The failure, after the lease was given back; what cannot be given back ends by itself, and the client is
    /// told when.
    func released(_ failure: RouteFailure, at now: Timestamp) -> RouteFailure {
        guard let pending = beginRelease() else { return failure }
        do throws(TableError) {
            try pending.wait()
            return failure
        } catch {
            if case .conditionFailed = error { return failure }
            return failure.delayed(until: leaseUntil, now: now, because: "release of the chat: \(error)")
        }
    }

    private func take(_ key: String) -> PendingWrite {
        table.update(
            user: user,
            key: key,
            set: "#\(A.busyUntil) = :lease, #\(A.busyWith) = :turn",
            condition: "#\(A.chatId) = :chat AND (attribute_not_exists(#\(A.busyUntil)) OR #\(A.busyUntil) <= :now)",
            values: [
                "lease": .number(leaseUntil), "turn": .string(turnId), "chat": .string(key),
                "now": .number(now.milliseconds),
            ],
            deadline: deadline
        )
    }

    /// - Returns: `nil` when the lease is ours, else the item that refused it.
    private func refused(_ pending: PendingWrite) throws(RouteFailure) -> Item? {
        do throws(TableError) {
            try pending.wait()
            return nil
        } catch {
            guard case .conditionFailed(let session) = error else { throw RouteFailure(error) }
            guard let session else { throw RouteFailure(.noSession, cause: "no session item") }
            let isOurs = session[A.busyWith]?.text == turnId && session[A.busyUntil]?.integer == leaseUntil
            return isOurs ? nil : session
        }
    }

    private func locked(_ chat: String) -> String {
        chatId = chat
        return chat
    }

    private func inProgress(_ session: Item) -> RouteFailure {
        .turnInProgress(until: session[A.busyUntil]?.integer ?? 0, now: now)
    }
}
