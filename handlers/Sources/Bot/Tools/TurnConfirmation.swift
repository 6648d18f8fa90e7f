import AWSCore
import BotContract

/// The customer's confirmation of a call: of all invocations that are told of it, one makes the call, once.
///
///     reply   confirmation ──▶ confirmedBy, confirmedIn ──▶ confirmResult
///             proposed          taken, conditionally         stored before a model words it
///
/// An invocation that dies between the second and the third leaves a call of which nobody knows what came of it.
/// The turn that takes over says so; it does not call again.
struct TurnConfirmation {
    /// How long the customer may think. What was true of an order when the question was asked still is.
    static let lifetime: Duration = .seconds(15 * 60)

    private typealias A = TableLayout.Attribute

    let context: BotContext
    let deadline: Timestamp
    let user: String
    let chatId: String
    /// Of the reply that asked.
    let id: String
    /// Of the turn that confirms.
    let turnId: String

    private var key: String { TableLayout.messageKey(chatId: chatId, turnId: id, role: .bot) }

    /// - Returns: the call, and what came of it where it was made before; `nil` where it is ours to make.
    func take() throws(RouteFailure) -> (call: TurnTools.Proposal, result: ToolResult?) {
        let now = context.clock.now()
        let taker = context.newTurnId(at: now)
        let update = context.table.update(
            user: user,
            key: key,
            set: "#\(A.confirmedBy) = :turn, #\(A.confirmedIn) = :taker",
            condition: "attribute_exists(#\(A.confirmation)) AND attribute_not_exists(#\(A.confirmedBy)) AND "
                + "#\(A.confirmUntil) > :now",
            values: ["turn": .string(turnId), "taker": .string(taker), "now": .number(now.milliseconds)],
            deadline: deadline
        )
        let reply: Item
        switch update.result {
        case .success(let taken): reply = taken
        case .failure(.conditionFailed(let there)):
            guard let there, there[A.confirmedBy]?.text == turnId else { throw RouteFailure(.unknownConfirmation) }
            reply = there
        case .failure(let error): throw RouteFailure(error)
        }
        guard let call = TurnTools.Proposal(attribute: reply[A.confirmation]) else {
            throw RouteFailure(.unknownConfirmation, cause: "a confirmation without its call")
        }
        // A retry after a lost answer meets what its own first attempt wrote.
        if reply[A.confirmedIn]?.text == taker { return (call, nil) }
        return (call, Self.result(reply[A.confirmResult]) ?? Self.interrupted)
    }

    /// What fails here costs a later invocation of this turn its knowledge, and this one nothing.
    func beginStore(_ result: ToolResult) -> PendingWrite {
        context.table.update(
            user: user,
            key: key,
            set: "#\(A.confirmResult) = :result",
            values: [
                "result": .map(["text": .string(result.text), "failed": .number(result.isFailure ? 1 : 0)])
            ],
            deadline: deadline
        )
    }

    private static func result(_ attribute: AttributeValue?) -> ToolResult? {
        guard let members = attribute?.members, let text = members["text"]?.text else { return nil }
        return ToolResult(text: text, isFailure: members["failed"]?.integer == 1)
    }

    private static let interrupted = ToolResult(
        text: "The bot was interrupted while the call was made. It is not known whether it was done: say so, and "
            + "offer a person's help.",
        isFailure: true
    )
}
