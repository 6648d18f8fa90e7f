import AWSCore
import BotContract

/// Tools and people.
extension Turn {
    struct Question {
        /// What the chat keeps as the customer's message.
        var text: String
        /// What rules are searched for; `nil` goes by the message before.
        var search: String?
        var exchanges: [ToolExchange] = []
    }

    /// A confirmed call is made here, so that a model only words what came of it.
    func question(_ turnId: String) throws(RouteFailure) -> Question {
        guard case .confirmation(let id) = request else {
            guard case .message(let text) = request else { return Question(text: "") }
            return Question(text: text, search: text)
        }
        guard let tools else { throw RouteFailure(.unknownConfirmation, cause: "the spec has no tools") }
        let confirmation = TurnConfirmation(
            context: context,
            deadline: deadline,
            user: claim.user,
            chatId: claim.chatId,
            id: id,
            turnId: turnId
        )
        let (call, earlier) = try invocation.timed("confirm") { () throws(RouteFailure) in try confirmation.take() }
        let result: ToolResult
        if let earlier {
            result = earlier
        } else {
            result = tools.confirmed(call, until: invocation.modelDeadline)
            settle([confirmation.beginStore(result)])
        }
        let input = (try? JSONValue.parse(Array(call.input.utf8))) ?? .object([:])
        let use = ToolCall(id: "confirmed", name: call.tool, input: input)
        return Question(
            text: "✓ \(call.tool)",
            exchanges: [ToolExchange(text: "", calls: [use], results: [result])]
        )
    }

    func confirmation(_ turnId: String) -> Confirmation? {
        guard let call = tools?.proposal else { return nil }
        let end = context.clock.now().advanced(by: TurnConfirmation.lifetime)
        return Confirmation(id: turnId, tool: call.tool, input: call.input, expiresAt: end.milliseconds)
    }

    /// Counts one more, and hands off when there were enough; then counting begins anew.
    func unanswered(after earlier: Int) -> Int {
        let count = earlier + 1
        guard let enough = context.configuration.handoff?.unansweredTurns, count >= enough else { return count }
        return handOff() ? 0 : count
    }

    /// Tells people that this customer needs one of them, and the customer that they were told.
    /// - Returns: whether people know.
    func handOff() -> Bool {
        guard let message = context.configuration.handoff?.message else { return false }
        do throws(RouteFailure) {
            _ = try invocation.timed("handoff") { () throws(RouteFailure) in
                try handoff.request(chatId: claim.chatId, user: claim.user, invocation)
            }
        } catch {
            invocation.note(error.cause ?? error.code.rawValue)
            return false
        }
        invocation.timed("post") { connection.post(.handoff(message: message)) }
        return true
    }
}
