import AWSCore
import BotContract

/// One turn, from its claim to `done`. What can overlap does:
///
///     claim   ├──┤
///     history ├───┤                                      (limits and the chat's lock came before)
///     vector  ├───┤ of the message, where rules are found by meaning
///     model       ├──── thinks ────┬─ streams ──────┤
///     customer's message ├──┤      │                │
///     deltas                       ├─┤ ├─┤ ├─┤  ├──┤ last
///     reply                                      ├──┤ stored; tokens counted, chat unlocked
///     done                                           ├─┤
///
/// `done` says that the turn is stored, so it is sent after both of its messages are. Between `thinks` and `streams`
/// a model may have tools called, in rounds; a confirmed call is made before the model is asked.
final class Turn {
    /// What the customer sent.
    enum Request {
        case message(String)
        /// The id of what is confirmed.
        case confirmation(String)

        /// What a `messageId` stands for. It is compared, and never read: a message of the same words confirms nothing.
        var claimText: String {
            switch self {
            case .message(let text): text
            case .confirmation(let id): "\nconfirm " + id
            }
        }
    }

    let context: BotContext
    let invocation: Invocation
    let connection: Connection
    private let rules: RuleSelection
    let claim: TurnClaim
    let request: Request
    private let limits: UserLimits
    private let lock: ChatLock
    let tools: TurnTools?
    let handoff: HandoffMark
    private let items: TurnItems
    var deadline: Timestamp { invocation.storeDeadline }

    init(
        context: BotContext,
        invocation: Invocation,
        connection: Connection,
        rules: RuleSelection,
        claim: TurnClaim,
        request: Request,
        limits: UserLimits,
        lock: ChatLock,
        tools: ToolCatalog,
        handoff: HandoffMark
    ) {
        self.context = context
        self.invocation = invocation
        self.connection = connection
        self.rules = rules
        self.claim = claim
        self.request = request
        self.limits = limits
        self.lock = lock
        self.handoff = handoff
        items = TurnItems(context: context, claim: claim, deadline: invocation.storeDeadline)
        let caller = TurnTools.Caller(user: claim.user, chatId: claim.chatId, messageId: claim.messageId)
        self.tools = tools.isEmpty ? nil : TurnTools(tools, context, invocation, caller: caller)
    }

    func run() throws(RouteFailure) {
        let pendingClaim = claim.begin(now: context.clock.now(), deadline: deadline)
        let pendingHistory = items.beginHistory()
        var embedding: QuestionEmbedding?
        if case .message(let text) = request { embedding = QuestionEmbedding(text, rules, context) }
        let earlier: TurnClaim.Earlier?
        do throws(RouteFailure) {
            earlier = try invocation.timed("claim") { () throws(RouteFailure) in try claim.settle(pendingClaim) }
            if let earlier, try isSettled(earlier) {
                pendingHistory?.cancel()
                embedding?.cancel()
                return
            }
        } catch {
            pendingHistory?.cancel()
            embedding?.cancel()
            throw error
        }
        do throws(RouteFailure) {
            try answer(turnId: earlier?.turnId ?? claim.turnId, pendingHistory, embedding)
        } catch {
            throw released(error)
        }
    }

    /// Sends the reply to a message that was sent before; `false` when there is none.
    func isAnsweredFromStore() throws(RouteFailure) -> Bool {
        guard let earlier = try claim.earlier(deadline: deadline), earlier.digest == claim.digest,
            let stored = try items.reply(earlier.turnId)
        else { return false }
        invocation.outcome = "duplicate"
        settle([lock.beginRelease()])
        finish(stored)
        return true
    }

    /// Whether nothing is left to do for a `messageId` that was claimed before.
    private func isSettled(_ earlier: TurnClaim.Earlier) throws(RouteFailure) -> Bool {
        guard earlier.digest == claim.digest else { throw RouteFailure(.messageIdReused) }
        if let stored = try items.reply(earlier.turnId) {
            invocation.outcome = "duplicate"
            settle([lock.beginRelease()])
            finish(stored)
            return true
        }
        let now = context.clock.now()
        if earlier.leaseUntil > now.milliseconds {
            throw RouteFailure.turnInProgress(until: earlier.leaseUntil, now: now)
        }
        guard try claim.takeOver(earlier, deadline: deadline) else {
            throw RouteFailure(.turnInProgress, retryAfter: 1)
        }
        invocation.detail = "took over an unfinished turn"
        return false
    }

    private func answer(
        turnId: String,
        _ pendingHistory: PendingQuery?,
        _ embedding: QuestionEmbedding?
    ) throws(RouteFailure) {
        invocation.count(Metric.turns)
        let history: TurnItems.History
        do throws(RouteFailure) {
            history = try invocation.timed("history") { () throws(RouteFailure) in
                try items.history(pendingHistory, before: turnId)
            }
        } catch {
            embedding?.cancel()
            throw error
        }
        let question = try question(turnId)
        let previous = history.messages.last { $0.role == .customer }?.text
        let choice = invocation.timed("retrieval") { choose(question.search ?? previous ?? "", previous, embedding) }
        let prompt = Prompt(
            configuration: context.configuration,
            rules: choice.sections,
            isCovered: choice.isCovered,
            history: history.messages.map {
                Prompt.Message(role: $0.role, text: $0.text, topics: $0.citations.map(\.title))
            },
            message: question.text,
            hasTools: tools != nil
        )
        let deltas = DeltaPoster(connection: connection, messageId: claim.messageId, clock: context.clock)
        tools?.handOff = { self.handOff() }
        // Waited for at once: the model's first words take longer, and a turn whose message cannot be stored
        // needs no reply.
        var customer: Result<Void, RouteFailure> = .success(())
        let run = ModelRun(
            context: context,
            invocation: invocation,
            prompt: prompt,
            policy: rules.replyPolicy,
            deltas: deltas,
            tools: tools,
            exchanges: question.exchanges
        ) {
            customer = self.storeCustomer(question.text, turnId)
            if case .success = customer { return true }
            return false
        }
        let said: ModelRun.Reply
        do throws(RouteFailure) {
            said = try invocation.timed("model") { () throws(RouteFailure) in try run.reply() }
        } catch {
            try customer.get()
            throw error
        }

        deltas.flush()
        var reply = TurnItems.Reply(text: said.text, citations: said.citations, usage: said.usage)
        reply.confirmation = confirmation(turnId)
        let restsOnTools = tools?.hasResults == true || tools?.proposal != nil || !question.exchanges.isEmpty
        // A reply that rests on no rule answers nothing, whatever it says; a greeting needs no answer.
        if said.citations.isEmpty, !said.isRefused, said.saysNoRule || !choice.isSmallTalk,
            !context.configuration.rules.isEmpty, !restsOnTools
        {
            invocation.count(Metric.unanswered)
            if said.saysNoRule || !choice.isCovered { reply.unanswered = unanswered(after: history.unanswered) }
        }
        try store(reply, turnId)
    }

    private func store(_ reply: TurnItems.Reply, _ turnId: String) throws(RouteFailure) {
        invocation.usage = reply.usage
        let pendingReply = items.beginPut(reply, turnId)
        // `done` invites the next message, which must find the chat free and these tokens counted.
        let bookkeeping = [lock.beginRelease(), reply.usage.map { limits.beginCount($0) }]
        invocation.timed("post") { connection.settle() }
        let stored: Result<Item, TableError> = invocation.timed("store") {
            let stored = pendingReply.result
            settle(bookkeeping)
            return stored
        }
        do throws(TableError) {
            _ = try stored.get()
        } catch {
            guard case .conditionFailed = error else { throw RouteFailure(error) }
            // Another invocation answered this turn meanwhile: what is stored is the answer.
            guard let stored = try items.reply(turnId) else { throw RouteFailure(error) }
            invocation.outcome = "duplicate"
            finish(stored)
            return
        }
        invocation.outcome = "answered"
        finish(reply)
    }

    /// What fails here is in the log, and does no harm to the turn: the lease ends by itself.
    func settle(_ writes: [PendingWrite?]) {
        for write in writes {
            guard let write, case .failure(let error) = write.result else { continue }
            if case .conditionFailed = error { continue }
            invocation.note(error.description)
        }
    }

    private func finish(_ reply: TurnItems.Reply) {
        invocation.timed("post") {
            connection.post(
                FrameFit.done(
                    messageId: claim.messageId,
                    text: reply.text,
                    citations: reply.citations,
                    usage: reply.usage,
                    confirmation: reply.confirmation
                )
            )
        }
    }

    /// The failure, after the lease was given back; what cannot be given back ends by itself, and the client
    /// is told when.
    private func released(_ failure: RouteFailure) -> RouteFailure {
        do throws(TableError) {
            try claim.release(deadline: deadline)
            return failure
        } catch {
            return failure.delayed(until: claim.leaseUntil, now: context.clock.now(), because: "release: \(error)")
        }
    }
}

extension Turn {
    /// By meaning where that is to be had in time, else by words.
    private func choose(_ text: String, _ previous: String?, _ embedding: QuestionEmbedding?) -> RuleSelection.Choice {
        var vector: [Float]?
        var failure: String?
        if let embedding {
            do throws(AWSError) {
                vector = try embedding.vector(previous: previous)
            } catch {
                failure = error.code
            }
        }
        let choice = rules.choice(for: text, previous: previous, vector: vector)
        if embedding != nil, choice.mode != .hybrid, failure == nil { failure = "vector" }
        invocation.retrieval = RetrievalNote(mode: choice.mode, isCovered: choice.isCovered, failure: failure)
        return choice
    }

    /// The message may be there from an earlier attempt of the same turn; its text is the same, as the claim's
    /// digest says.
    private func storeCustomer(_ text: String, _ turnId: String) -> Result<Void, RouteFailure> {
        let stored = invocation.timed("store") { items.beginPut(customer: text, turnId).result }
        switch stored {
        case .success, .failure(.conditionFailed): return .success(())
        case .failure(let error): return .failure(RouteFailure(error))
        }
    }
}
