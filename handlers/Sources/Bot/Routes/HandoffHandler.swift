import AWSCore
import BotContract

/// `handoff`: the customer wants a person. Marks the chat, tells people once, and says what the spec says. The bot
/// goes on answering: it cannot see when a colleague has taken over, and silence would leave the customer alone.
///
///     absent    → requested   by one of several requests; that one tells people
///     requested → requested   by another one, once the lease of the first is over
///     requested → done        people were told; every later request only gets the message
final class HandoffHandler: RouteHandler {
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

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            guard frame == .handoff else { throw RouteFailure(.badFrame, cause: "this route serves 'handoff'") }
            guard let handoff = context.configuration.handoff else {
                throw RouteFailure(.handoffUnavailable, cause: "the spec has no handoff")
            }
            let chatId = try ConnectionChat.id(of: event, user, context, invocation)
            let request = context.newTurnId(at: context.clock.now())
            if try mark(chatId, user, request, invocation) {
                try tell(chatId, user, invocation)
                invocation.count(Metric.handoffs)
                invocation.outcome = "requested"
            } else {
                invocation.outcome = "repeated"
            }
            invocation.timed("post") { connection.post(.handoff(message: handoff.message)) }
        }
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
            invocation.detail = error.description
        }
    }
}
