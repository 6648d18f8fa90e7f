import AWSCore
import BotContract

/// `sendMessage`: one turn of a chat.
final class SendMessageHandler: RouteHandler {
    private let context: BotContext
    private let rules: RuleSelection
    private let tools: ToolCatalog
    private let handoff: HandoffMark

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        rules = RuleSelection(context.configuration)
        tools = try ToolCatalog(context)
        handoff = try HandoffMark(context)
    }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        answering(event, invocation, context) { connection, user, frame throws(RouteFailure) in
            let request: Turn.Request
            let messageId: String
            switch frame {
            case .sendMessage(let text, let id): (request, messageId) = (.message(text), id)
            case .confirm(let confirmation, let id): (request, messageId) = (.confirmation(confirmation), id)
            default: throw RouteFailure(.badFrame, cause: "this route serves 'sendMessage'")
            }
            let now = context.clock.now()
            let turnId = context.newTurnId(at: now)
            let deadline = invocation.storeDeadline
            let limits = UserLimits(
                context.configuration.limits,
                table: context.table,
                user: user,
                now: now,
                deadline: deadline
            )
            let lock = ChatLock(context, invocation, user: user, connectionId: event.connectionId, turnId: turnId)
            let (chatId, refusal) = try invocation.timed("session") { () throws(RouteFailure) in
                try Self.admit(limits, lock)
            }
            let claim = TurnClaim(
                context: context,
                invocation: invocation,
                user: user,
                chatId: chatId,
                messageId: messageId,
                turnId: turnId,
                text: request.claimText
            )
            let turn = Turn(
                context: context,
                invocation: invocation,
                connection: connection,
                rules: rules,
                claim: claim,
                request: request,
                limits: limits,
                lock: lock,
                tools: tools,
                handoff: handoff
            )
            do throws(RouteFailure) {
                guard let refusal else { return try turn.run() }
                // A reply that used up the day may not have arrived: it can be had until the turn is forgotten.
                if refusal.code == .dailyLimit, try turn.isAnsweredFromStore() { return }
                throw refusal
            } catch {
                throw lock.released(error, at: context.clock.now())
            }
        }
    }

    /// Both updates are on the wire together. Who has no session, or has a turn running, is told that first.
    /// - Returns: the connection's chat, locked, and why the limits refuse the message.
    private static func admit(
        _ limits: UserLimits,
        _ lock: ChatLock
    ) throws(RouteFailure) -> (chatId: String, refusal: RouteFailure?) {
        let pendingLock = lock.begin()
        let pendingLimits = limits.begin()
        let chat: Result<String, RouteFailure>
        do throws(RouteFailure) {
            chat = .success(try lock.settle(pendingLock))
        } catch {
            chat = .failure(error)
        }
        do throws(RouteFailure) {
            try limits.settle(pendingLimits)
        } catch {
            return (try chat.get(), error)
        }
        return (try chat.get(), nil)
    }
}
