import AWSCore
import BotContract

@testable import Bot

extension Wire {
    /// A whole answer that asks for calls.
    static func calls(_ calls: (name: String, input: JSONValue)..., text: String? = nil) -> FakeAnswer {
        let uses = calls.enumerated().map { number, call in
            JSONValue.object([
                "toolUse": .object([
                    "toolUseId": .string("use-\(number)"), "name": .string(call.name), "input": call.input,
                ])
            ])
        }
        let said = text.map { [JSONValue.object(["text": .string($0)])] } ?? []
        return .json(
            .object([
                "output": .object([
                    "message": .object(["role": "assistant", "content": .array(said + uses)])
                ]),
                "stopReason": "tool_use",
                "usage": .object(["inputTokens": 50, "outputTokens": 5, "totalTokens": 55]),
            ])
        )
    }

    /// The same in a stream, its input in two pieces.
    static func streamedCall(_ name: String, _ input: String, text words: String) -> FakeAnswer {
        let cut = input.index(input.startIndex, offsetBy: input.count / 2)
        func delta(_ piece: Substring) -> [UInt8] {
            event(
                "contentBlockDelta",
                ["contentBlockIndex": 1, "delta": ["toolUse": ["input": .string(String(piece))]]]
            )
        }
        let begin = event(
            "contentBlockStart",
            ["contentBlockIndex": 1, "start": ["toolUse": ["toolUseId": "use-0", "name": .string(name)]]]
        )
        let end =
            event("messageStop", ["stopReason": "tool_use"])
            + event("metadata", ["usage": ["inputTokens": 50, "outputTokens": 5, "totalTokens": 55]])
        return .stream(
            [start, text(words), begin, delta(input[..<cut]), delta(input[cut...]), end],
            breaks: false
        )
    }
}

extension BotConfiguration.Tool {
    static let ordersARN = "arn:aws:lambda:us-east-2:111122223333:function:orders"
    static let schema =
        #"{"additionalProperties":false,"properties":{"order":{"maxLength":10,"type":"string"}},"#
        + #""required":["order"],"type":"object"}"#

    static func lambda(_ name: String, confirm: Bool = false, timeout: Int = 10) -> BotConfiguration.Tool {
        BotConfiguration.Tool(
            name: name,
            description: "Knows orders",
            inputSchema: schema,
            lambda: ordersARN,
            timeout: timeout,
            confirm: confirm
        )
    }

    static func web(_ name: String, headers: [BotConfiguration.Header] = []) -> BotConfiguration.Tool {
        BotConfiguration.Tool(
            name: name,
            description: "Knows the store",
            inputSchema: schema,
            url: "https://api.example.com/stock?x=1",
            headers: headers,
            timeout: 10,
            confirm: false
        )
    }
}

extension TestBot {
    /// What the models were told of the last round's results.
    var toolResults: [(text: String, status: String)] {
        let content = aws.modelBodies.last?["messages"]?.arrayValue?.last?["content"]?.arrayValue ?? []
        return content.compactMap { $0["toolResult"] }.map {
            ($0["content"]?[0]?["text"]?.stringValue ?? "", $0["status"]?.stringValue ?? "")
        }
    }

    var lastDone: (text: String, usage: TokenUsage?, confirmation: Confirmation?)? {
        guard case .done(_, let text, _, let usage, let confirmation) = terminalFrames.last else { return nil }
        return (text, usage, confirmation)
    }
}
