import AWSCore
import BotContract

/// The tools during one turn: checks what a model asks for, calls it, and keeps what waits for the customer.
final class TurnTools {
    /// Rounds of calls in one turn. A question takes one or two; a model that has not found its answer after five
    /// goes round in circles, and the customer waits.
    static let maximumRounds = 5
    /// Calls of one round. More is no question of a customer's.
    static let maximumCalls = 8
    /// Kept for the model to word the results.
    static let reserve: Duration = .seconds(3)
    /// Of a call that waits for a confirmation: it is stored, and shown to the customer.
    /// It stands in `done` beside a reply of any length, as JSON in JSON.
    static let maximumInputBytes = 2 * 1024
    /// Of all answers that a model reads in one turn; some 16,000 tokens, so that they fit any model's context.
    static let maximumResultBytes = 64 * 1024

    /// Whom the tools act for: from the authorizer and the table, never from a model.
    struct Caller {
        var user: String
        var chatId: String
        var messageId: String
    }

    /// A call that waits for the customer.
    struct Proposal: Equatable {
        var tool: String
        /// JSON text.
        var input: String
    }

    private let catalog: ToolCatalog
    private let context: BotContext
    private let invocation: Invocation
    private let caller: Caller
    /// What is to be confirmed with the reply.
    private(set) var proposal: Proposal?
    /// Tells people that the customer needs one of them; answers whether they know.
    var handOff: () -> Bool = { false }
    private var isHandedOff = false
    private var bytesLeft = maximumResultBytes
    /// Whether any tool brought a result, on which the reply may rest.
    private(set) var hasResults = false

    init(_ catalog: ToolCatalog, _ context: BotContext, _ invocation: Invocation, caller: Caller) {
        self.catalog = catalog
        self.context = context
        self.invocation = invocation
        self.caller = caller
    }

    /// What a model that takes tools is offered.
    var specs: [JSONValue] { catalog.specs }

    /// Answers every call of one round; what can run together does.
    /// - Parameter end: when the model must have answered.
    func results(of calls: [ToolCall], round: Int, until end: Timestamp) -> [ToolResult] {
        guard round <= Self.maximumRounds else {
            return calls.map { _ in Self.refusal("No more calls can be made. Answer with what you have.") }
        }
        return invocation.timed("tools") {
            let pending = calls.enumerated().map { number, call in
                number < Self.maximumCalls
                    ? begin(call, until: end)
                    : .settled(Self.refusal("Too many calls at once. Make at most \(Self.maximumCalls)."))
            }
            return pending.map(finish)
        }
    }

    /// Makes a call that the customer has confirmed.
    func confirmed(_ proposal: Proposal, until end: Timestamp) -> ToolResult {
        guard let entry = catalog.entry(proposal.tool), let input = try? JSONValue.parse(Array(proposal.input.utf8))
        else {
            return Self.refusal("This tool does not exist any more. Nothing was done.")
        }
        let problems = entry.schema.problems(in: input)
        guard problems.isEmpty else { return Self.refusal("The tool has changed. Nothing was done.") }
        return invocation.timed("tools") { finish(send(entry, input, until: end)) }
    }

    private enum Pending {
        case settled(ToolResult)
        case running(any PendingToolCall, BotConfiguration.Tool)
    }

    private func begin(_ call: ToolCall, until end: Timestamp) -> Pending {
        if call.name == HandoffTool.name, context.configuration.handoff?.byModel == true {
            return .settled(handedOff())
        }
        guard let entry = catalog.entry(call.name) else {
            return .settled(Self.refusal("There is no tool of this name."))
        }
        let problems = entry.schema.problems(in: call.input)
        guard problems.isEmpty else {
            let text = problems.map(ControlTokens.neutralised).joined(separator: "; ")
            return .settled(Self.refusal("The input is not what the tool takes: \(text). Nothing was done."))
        }
        return entry.tool.confirm ? .settled(propose(entry.tool, call.input)) : send(entry, call.input, until: end)
    }

    private func handedOff() -> ToolResult {
        if !isHandedOff { isHandedOff = handOff() }
        hasResults = hasResults || isHandedOff
        guard isHandedOff else { return Self.refusal("Nobody could be reached. Say so; the customer may try again.") }
        return ToolResult(text: "People have been told, and the customer reads so. Close your reply.", isFailure: false)
    }

    private func propose(_ tool: BotConfiguration.Tool, _ input: JSONValue) -> ToolResult {
        let asked = Proposal(tool: tool.name, input: input.encodedString())
        guard asked.input.utf8.count <= Self.maximumInputBytes else {
            return Self.refusal("The input is too long. Nothing was done.")
        }
        guard proposal == nil || proposal == asked else {
            return Self.refusal("Another call already waits for the customer's confirmation. Nothing was done.")
        }
        proposal = asked
        return ToolResult(
            text: "Nothing has been done yet. The customer is shown this call with a button to confirm it, and it is "
                + "made when they press it. Say in one or two sentences what it will do, and ask them to confirm it "
                + "there; what they write does not confirm it.",
            isFailure: false
        )
    }

    private func send(_ entry: ToolCatalog.Entry, _ input: JSONValue, until end: Timestamp) -> Pending {
        let tool = entry.tool
        let now = context.clock.now()
        let latest = end.advanced(by: .zero - Self.reserve)
        let deadline = min(now.advanced(by: .seconds(tool.timeout)), latest)
        guard now < deadline else {
            invocation.toolFailures.append("\(tool.name): no time left")
            return .settled(Self.refusal("There is no time left in this turn. Nothing was done."))
        }
        invocation.count(Metric.toolCalls)
        return .running(entry.target.begin(payload(tool, input), deadline: deadline), tool)
    }

    /// What a tool is sent (docs/tools.md).
    private func payload(_ tool: BotConfiguration.Tool, _ input: JSONValue) -> [UInt8] {
        let configuration = context.configuration
        // The same question of the same turn has the same key, also in another invocation that takes the turn over.
        let seed = [caller.chatId, caller.messageId, tool.name, input.encodedString()].joined(separator: "\u{0}")
        return JSONValue.object([
            "version": 1,
            "bot": .object(["name": .string(configuration.name), "stage": .string(configuration.stage)]),
            "tool": .string(tool.name),
            "input": input,
            "caller": .object([
                "userId": .string(caller.user), "chatId": .string(caller.chatId),
                "messageId": .string(caller.messageId),
            ]),
            "idempotencyKey": .string(String(hexEncode(sha256(Array(seed.utf8))).prefix(32))),
        ]).encoded()
    }

    private func finish(_ pending: Pending) -> ToolResult {
        guard case .running(let call, let tool) = pending else {
            if case .settled(let result) = pending { return result }
            return Self.refusal("Nothing was done.")
        }
        do throws(ToolError) {
            let answer = try call.answer()
            hasResults = true
            return ToolResult(text: text(answer), isFailure: false)
        } catch {
            invocation.count(Metric.toolFailures)
            invocation.toolFailures.append("\(tool.name): \(error.detail)")
            let outcome =
                tool.confirm && error.kind == .unknown
                ? "It is not known whether it was done: say so, and offer a person's help."
                : "Say that it does not work right now, and do not guess the answer."
            return Self.refusal("The tool failed. " + outcome)
        }
    }

    /// JSON with its texts made harmless, other text as it is and harmless; cut with a notice.
    private func text(_ answer: ToolAnswer) -> String {
        var text: String
        if !answer.isCut, let json = try? JSONValue.parse(answer.body) {
            text = json.neutralised.encodedString()
        } else {
            text = ControlTokens.neutralised(String(decoding: answer.body, as: UTF8.self))
        }
        let fits = text.utf8.count <= bytesLeft
        if !fits { text = String(decoding: text.utf8.prefix(bytesLeft), as: UTF8.self) }
        bytesLeft -= min(bytesLeft, text.utf8.count)
        if answer.isCut || !fits {
            text += "\n(The answer is longer; the rest was left out.)"
        }
        return text.trimmed.isEmpty ? "(The tool answered nothing.)" : text
    }

    private static func refusal(_ text: String) -> ToolResult { ToolResult(text: text, isFailure: true) }
}
