import AWSClients
import AWSCore
import BotContract
import BotSpec

/// The proof that what was deployed works: a customer connects, asks, gets an answer, comes back, and finds it.
///
///     connect ─▶ hello ─▶ sendMessage ─▶ first words ─▶ done ─▶ a second connection, whose history has the reply
///
/// It is a real turn: it costs what one costs, and its chat expires like every other.
package struct SmokeTurn {
    package struct Report: Sendable, Equatable {
        /// Milliseconds, each by itself: until the bot's welcome, until the first words, until the whole reply, and
        /// until the stored reply was read back.
        package var connect: Int64
        package var firstWords: Int64
        package var reply: Int64
        /// `nil` where the bot keeps no history to read back.
        package var stored: Int64?
    }

    /// What the customer asks: a question that every bot may answer, if only by saying what it cannot do.
    package static let question = "Hello! What can you help me with?"

    /// Where a turn of `auth.mode: signed` comes from.
    static let user = "botctl-smoke"

    private final class Times {
        var firstWords: Duration?
        var history: [ChatMessage] = []
    }

    let context: ProjectContext
    let spec: BotSpec
    let outputs: BotOutputs

    /// - Returns: `nil` where nothing was changed, or nobody wants to know.
    static func run(
        _ options: Deploy.Options,
        _ outcome: Deploy.Outcome,
        _ context: ProjectContext,
        _ spec: BotSpec,
        _ outputs: BotOutputs,
        _ cloud: Cloud,
        _ host: any OperationHost
    ) throws(OperationError) -> Report? {
        guard options.smokes, outcome != .nothingToDo else { return nil }
        host.notify(.smoking(stack: outputs.stack))
        return try SmokeTurn(context: context, spec: spec, outputs: outputs).run(cloud)
    }

    /// - Returns: `nil` where nobody can be let in: tokens of `auth.mode: jwt` are made elsewhere.
    /// - Throws: `smoke`, which says which part failed.
    func run(_ cloud: Cloud) throws(OperationError) -> Report? {
        guard let url = outputs.chatURL, spec.auth.mode != .jwt else { return nil }
        let effects = context.effects.chat()
        let tokens = ChatTokenStore.memory(spec.auth.mode == .signed ? try token(cloud) : nil)
        let times = Times()
        let session = chat(url, nil, effects, tokens, times)
        defer { session.close() }
        let began = effects.uptime()
        try part("a customer could not connect") { () throws(ChatError) in try session.connect() }
        let connected = effects.uptime()
        let reply = try part("the bot did not answer") { () throws(ChatError) in try session.send(Self.question) }
        let answered = effects.uptime()
        let stored = try spec.history.turns == 0 ? nil : readBack(reply, session.chatId, url, effects, tokens)
        return Report(
            connect: (connected - began).milliseconds,
            firstWords: ((times.firstWords ?? answered) - connected).milliseconds,
            reply: (answered - connected).milliseconds,
            stored: stored
        )
    }

    private func readBack(
        _ reply: ChatReply,
        _ chatId: String?,
        _ url: String,
        _ effects: ChatSession.Effects,
        _ tokens: ChatTokenStore
    ) throws(OperationError) -> Int64 {
        let began = effects.uptime()
        let times = Times()
        let session = chat(url, chatId, effects, tokens, times)
        defer { session.close() }
        try part("the customer could not come back") { () throws(ChatError) in try session.connect() }
        guard times.history.contains(where: { $0.role == .bot && $0.text == reply.text }) else {
            throw OperationError(
                .smoke,
                "\(outputs.stack) is deployed, but the smoke turn failed: the reply was not stored",
                details: ["the chat \(chatId ?? "") came back with \(times.history.count) messages"],
                fix: "see the log of the sendMessage function, then deploy again, or with --no-smoke"
            )
        }
        return (effects.uptime() - began).milliseconds
    }

    private func chat(
        _ url: String,
        _ chatId: String?,
        _ effects: ChatSession.Effects,
        _ tokens: ChatTokenStore,
        _ times: Times
    ) -> ChatSession {
        ChatSession(options: .init(url: url, chatId: chatId), effects: effects, tokens: tokens) { event in
            switch event {
            case .delta: if times.firstWords == nil { times.firstWords = effects.uptime() }
            case .welcome(_, let history): times.history = history
            default: break
            }
        }
    }

    private func token(_ cloud: Cloud) throws(OperationError) -> String {
        let now = context.effects.clock.now().seconds
        let claims = AccessToken.Claims(
            sub: Self.user,
            iat: now,
            exp: now + 60,
            jti: base64URLEncode(context.effects.randomBytes(16))
        )
        return SignedTokens.sealed(claims, key: try TokenKeyStore.key(of: spec, cloud))
    }

    private func part<Value>(_ failure: String, _ body: () throws(ChatError) -> Value) throws(OperationError) -> Value {
        do {
            return try body()
        } catch {
            if case .interrupted = error { throw .interrupted }
            let known = KnownCause.find(reason: error.description)
            throw OperationError(
                .smoke,
                "\(outputs.stack) is deployed, but the smoke turn failed: \(failure)",
                details: ["\(error.code): \(error)"] + (known.map { [$0.sentence] } ?? []),
                fix: known?.wayOut ?? error.nextStep
            )
        }
    }
}
