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
/// `done` says that the turn is stored, so it is sent after both of its messages are.
final class Turn {
    private let context: BotContext
    private let invocation: Invocation
    private let connection: Connection
    private let rules: RuleSelection
    private let claim: TurnClaim
    private let message: String
    private let limits: UserLimits
    private let lock: ChatLock
    private var deadline: Timestamp { invocation.storeDeadline }

    init(
        context: BotContext,
        invocation: Invocation,
        connection: Connection,
        rules: RuleSelection,
        claim: TurnClaim,
        message: String,
        limits: UserLimits,
        lock: ChatLock
    ) {
        self.context = context
        self.invocation = invocation
        self.connection = connection
        self.rules = rules
        self.claim = claim
        self.message = message
        self.limits = limits
        self.lock = lock
    }

    func run() throws(RouteFailure) {
        let pendingClaim = claim.begin(now: context.clock.now(), deadline: deadline)
        let pendingHistory = beginHistory()
        let embedding = QuestionEmbedding(message, rules, context)
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
            let stored = try storedReply(earlier.turnId)
        else { return false }
        invocation.outcome = "duplicate"
        settle([lock.beginRelease()])
        finish(stored.reply, stored.usage)
        return true
    }

    /// Whether nothing is left to do for a `messageId` that was claimed before.
    private func isSettled(_ earlier: TurnClaim.Earlier) throws(RouteFailure) -> Bool {
        guard earlier.digest == claim.digest else { throw RouteFailure(.messageIdReused) }
        if let stored = try storedReply(earlier.turnId) {
            invocation.outcome = "duplicate"
            settle([lock.beginRelease()])
            finish(stored.reply, stored.usage)
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
        let history: [ChatMessage]
        do throws(RouteFailure) {
            history = try invocation.timed("history") { () throws(RouteFailure) in
                try earlierMessages(pendingHistory, before: turnId)
            }
        } catch {
            embedding?.cancel()
            throw error
        }
        let previous = history.last { $0.role == .customer }?.text
        let choice = invocation.timed("retrieval") { choose(previous, embedding) }
        let prompt = Prompt(
            configuration: context.configuration,
            rules: choice.sections,
            isCovered: choice.isCovered,
            history: history.map {
                Prompt.Message(role: $0.role, text: $0.text, topics: $0.citations.map(\.title))
            },
            message: message
        )
        let deltas = DeltaPoster(connection: connection, messageId: claim.messageId, clock: context.clock)
        // Waited for at once: the model's first words take longer, and a turn whose message cannot be stored
        // needs no reply.
        var customer: Result<Void, RouteFailure> = .success(())
        let run = ModelRun(
            context: context,
            invocation: invocation,
            prompt: prompt,
            policy: rules.replyPolicy,
            deltas: deltas
        ) {
            customer = self.storeCustomer(turnId)
            if case .success = customer { return true }
            return false
        }
        let reply: ModelRun.Reply
        do throws(RouteFailure) {
            reply = try invocation.timed("model") { () throws(RouteFailure) in try run.reply() }
        } catch {
            try customer.get()
            throw error
        }

        deltas.flush()
        invocation.usage = reply.usage
        // A reply that rests on no rule answers nothing, whatever it says; a greeting needs no answer.
        if reply.citations.isEmpty, !reply.isRefused, reply.saysNoRule || !choice.isSmallTalk,
            !context.configuration.rules.isEmpty
        {
            invocation.count(Metric.unanswered)
        }
        let pendingReply = beginPut(.bot, turnId, reply.text, reply.citations, reply.usage)
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
            guard let stored = try storedReply(turnId) else { throw RouteFailure(error) }
            invocation.outcome = "duplicate"
            finish(stored.reply, stored.usage)
            return
        }
        invocation.outcome = "answered"
        finish((reply.text, reply.citations), reply.usage)
    }

    /// What fails here is in the log, and does no harm to the turn: the lease ends by itself.
    private func settle(_ writes: [PendingWrite?]) {
        for write in writes {
            guard let write, case .failure(let error) = write.result else { continue }
            if case .conditionFailed = error { continue }
            invocation.detail = [invocation.detail, error.description].compactMap { $0 }.joined(separator: "; ")
        }
    }

    private func finish(_ reply: (text: String, citations: [Citation]), _ usage: TokenUsage?) {
        invocation.timed("post") {
            connection.post(
                FrameFit.done(
                    messageId: claim.messageId,
                    text: reply.text,
                    citations: reply.citations,
                    usage: usage
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
    private func choose(_ previous: String?, _ embedding: QuestionEmbedding?) -> RuleSelection.Choice {
        var vector: [Float]?
        var failure: String?
        if let embedding {
            do throws(AWSError) {
                vector = try embedding.vector(previous: previous)
            } catch {
                failure = error.code
            }
        }
        let choice = rules.choice(for: message, previous: previous, vector: vector)
        if embedding != nil, choice.mode != .hybrid, failure == nil { failure = "vector" }
        invocation.retrieval = RetrievalNote(mode: choice.mode, isCovered: choice.isCovered, failure: failure)
        return choice
    }

    private func beginHistory() -> PendingQuery? {
        let turns = context.configuration.history.turns
        guard turns > 0 else { return nil }
        return context.table.newest(
            user: claim.user,
            prefix: TableLayout.messagePrefix(chatId: claim.chatId),
            limit: HistoryWindow.messages(turns: turns),
            deadline: deadline
        )
    }

    /// Oldest first. Of a turn that is taken over, its own message, and all that came after it, is left out.
    private func earlierMessages(_ pending: PendingQuery?, before turnId: String) throws(RouteFailure) -> [ChatMessage]
    {
        guard let pending else { return [] }
        do throws(TableError) {
            let now = context.clock.now().seconds
            return try pending.wait()
                .compactMap { ChatMessage(item: $0, sortKey: context.table.sortKey, now: now) }
                .filter { $0.turnId < turnId }
                .reversed()
        } catch {
            throw RouteFailure(error)
        }
    }

    private func storedReply(
        _ turnId: String
    ) throws(RouteFailure) -> (reply: (text: String, citations: [Citation]), usage: TokenUsage?)? {
        let key = TableLayout.messageKey(chatId: claim.chatId, turnId: turnId, role: .bot)
        do throws(TableError) {
            let items = try context.table.newest(user: claim.user, prefix: key, limit: 1, deadline: deadline).wait()
            let now = context.clock.now().seconds
            guard let item = items.first, let reply = ChatMessage(item: item, sortKey: context.table.sortKey, now: now)
            else { return nil }
            return ((reply.text, reply.citations), TokenUsage(attribute: item[TableLayout.Attribute.usage]))
        } catch {
            throw RouteFailure(error)
        }
    }

    private func beginPut(
        _ role: MessageRole,
        _ turnId: String,
        _ text: String,
        _ citations: [Citation] = [],
        _ usage: TokenUsage? = nil
    ) -> PendingWrite {
        let now = context.clock.now()
        let key = TableLayout.messageKey(chatId: claim.chatId, turnId: turnId, role: role)
        let prefix = TableLayout.messagePrefix(chatId: claim.chatId)
        let message = ChatMessage(
            id: String(key.dropFirst(prefix.count)),
            messageId: claim.messageId,
            role: role,
            text: text,
            createdAt: now.milliseconds,
            citations: citations
        )
        return context.table.put(
            message.item(chatId: claim.chatId, expiresAt: context.expiry(from: now), usage: usage),
            user: claim.user,
            key: key,
            onlyIfAbsent: true,
            deadline: deadline
        )
    }

    /// The message may be there from an earlier attempt of the same turn; its text is the same, as the claim's
    /// digest says.
    private func storeCustomer(_ turnId: String) -> Result<Void, RouteFailure> {
        do throws(TableError) {
            try invocation.timed("store") { () throws(TableError) in
                _ = try beginPut(.customer, turnId, message).wait()
            }
            return .success(())
        } catch {
            if case .conditionFailed = error { return .success(()) }
            return .failure(RouteFailure(error))
        }
    }
}
