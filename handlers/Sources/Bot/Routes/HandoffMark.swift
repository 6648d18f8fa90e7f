import AWSCore
import BotContract

/// Marks a chat as one that a person is to take over, and tells people once.
///
///     absent    → requested   by one of several requests; that one tells people
///     requested → requested   by another one, once the lease of the first is over
///     requested → done        people were told; every later request only gets the message
final class HandoffMark {
    private typealias A = TableLayout.Attribute
    private typealias State = TableLayout.HandoffState

    private let context: BotContext
    private let topic: HandoffTopic?

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        topic = try context.environment.handoffTopic.map { (arn) throws(InitError) in
            try HandoffTopic(arn: arn, context)
        }
    }

    /// - Returns: whether people were told now, and not before.
    func request(chatId: String, user: String, _ invocation: Invocation) throws(RouteFailure) -> Bool {
        let request = context.newTurnId(at: context.clock.now())
        guard try mark(chatId, user, request, invocation) else { return false }
        try tell(chatId, user, invocation)
        invocation.count(Metric.handoffs)
        return true
    }

    /// - Returns: whether people are still to be told, by us.
    private func mark(
        _ chatId: String,
        _ user: String,
        _ request: String,
        _ invocation: Invocation
    ) throws(RouteFailure) -> Bool {
        let now = context.clock.now()
        let lease = invocation.deadline.advanced(by: TurnClaim.margin).milliseconds
        do throws(TableError) {
            try invocation.timed("mark") { () throws(TableError) in
                _ = try context.table.update(
                    user: user,
                    key: chatId,
                    set: "#\(A.handoff) = :requested, #\(A.handoffAt) = :now, #\(A.handoffLease) = :lease, "
                        + "#\(A.handoffBy) = :request",
                    condition: "attribute_not_exists(#\(A.handoff)) OR (#\(A.handoff) = :requested AND "
                        + "#\(A.handoffLease) <= :now)",
                    values: [
                        "requested": .string(State.requested.rawValue), "now": .number(now.milliseconds),
                        "lease": .number(lease), "request": .string(request),
                    ],
                    deadline: invocation.storeDeadline
                ).wait()
            }
            return true
        } catch {
            guard case .conditionFailed(let chat) = error else { throw RouteFailure(error) }
            guard let chat else { throw RouteFailure(.noSession, cause: "a chat without its first session") }
            // A retry after a lost answer meets what its own first attempt wrote.
            return chat[A.handoff]?.text == State.requested.rawValue && chat[A.handoffBy]?.text == request
        }
    }

    private func tell(_ chatId: String, _ user: String, _ invocation: Invocation) throws(RouteFailure) {
        do throws(AWSError) {
            try invocation.timed("notify") { () throws(AWSError) in
                try topic?.publish(chatId: chatId, user: user, deadline: invocation.storeDeadline)
            }
        } catch {
            let release = context.table.update(
                user: user,
                key: chatId,
                set: "#\(A.handoffLease) = :none",
                values: ["none": .number(0)],
                deadline: invocation.storeDeadline
            )
            let failure = RouteFailure(.handoffFailed, cause: error.description)
            guard case .failure(let second) = release.result else { throw failure }
            let lease = invocation.deadline.advanced(by: TurnClaim.margin).milliseconds
            throw failure.delayed(until: lease, now: context.clock.now(), because: "release: \(second)")
        }
        do throws(TableError) {
            try context.table.update(
                user: user,
                key: chatId,
                set: "#\(A.handoff) = :done",
                values: ["done": .string(State.done.rawValue)],
                deadline: invocation.storeDeadline
            ).wait()
        } catch {
            // People know, and the customer must hear it; a later request may tell them once more.
            invocation.note(error.description)
        }
    }
}
