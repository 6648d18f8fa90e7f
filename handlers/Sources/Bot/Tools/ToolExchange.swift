import AWSCore

/// What a model asks to be called.
struct ToolCall: Equatable {
    /// Of this conversation, chosen by the model.
    var id: String
    var name: String
    /// As the model gave it, and not checked.
    var input: JSONValue
}

/// What a model reads of a call.
struct ToolResult: Equatable {
    var text: String
    /// The call brought nothing, or was not made.
    var isFailure: Bool
}

/// One round: a model's message that asks for calls, and the answers to all of them, in their order.
struct ToolExchange: Equatable {
    /// What the model wrote beside the calls.
    var text: String
    var calls: [ToolCall]
    var results: [ToolResult]
}

extension ToolCall {
    /// Converse's own rule for names and ids of tool calls
    /// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html). A model can write
    /// anything; what breaks the rule would make the next request one that Bedrock refuses.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// A call as Converse may see it again.
    /// - Parameter number: of the call in its turn, for an id where the model's own cannot be used.
    init(id: String?, name: String?, input: JSONValue?, number: Int) {
        self.id = id.flatMap { Self.isName($0) ? $0 : nil } ?? "call-\(number)"
        self.name = name.flatMap { Self.isName($0) ? $0 : nil } ?? "not_a_name"
        self.input = input ?? .object([:])
    }
}

extension [ToolCall] {
    /// Each with an id of its own: Converse refuses results that it cannot tell apart.
    var distinct: [ToolCall] {
        var seen: Set<String> = []
        return enumerated().map { number, call in
            guard !seen.insert(call.id).inserted else { return call }
            var renamed = call
            renamed.id = "again-\(number)"
            seen.insert(renamed.id)
            return renamed
        }
    }
}

extension JSONValue {
    /// Without control tokens in any of its strings and names: what a tool answers is written by others.
    var neutralised: JSONValue {
        switch self {
        case .string(let text): .string(ControlTokens.neutralised(text))
        case .array(let elements): .array(elements.map(\.neutralised))
        case .object(let members):
            .object(
                Dictionary(
                    members.map { (ControlTokens.neutralised($0.key), $0.value.neutralised) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        default: self
        }
    }
}
