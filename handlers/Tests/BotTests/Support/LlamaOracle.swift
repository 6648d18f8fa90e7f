import AWSCore
import TestSupport
import Testing

/// Renders conversations with Llama's chat template and reads them with its tokens (`llama_oracle.py`).
enum LlamaOracle {
    /// Of a Converse request's body.
    static func conversation(_ body: JSONValue) -> JSONValue {
        func text(_ content: JSONValue?) -> String {
            (content?.arrayValue ?? []).compactMap { block in
                block["text"]?.stringValue ?? block["guardContent"]?["text"]?["text"]?.stringValue
            }.joined()
        }
        let messages = (body["messages"]?.arrayValue ?? []).map { message in
            JSONValue.object(["role": message["role"] ?? .null, "text": .string(text(message["content"]))])
        }
        return .object(["system": .string(text(body["system"])), "messages": .array(messages)])
    }

    static func check(_ conversations: [JSONValue]) throws {
        let answers = try TestSupport.Python.run("Tests/BotTests/llama_oracle.py", lines: conversations)
        for (conversation, answer) in zip(conversations, answers) where answer["same"] != true {
            Issue.record("a model sees \(answer["turns"] ?? .null) in \(conversation.encodedString())")
        }
    }
}
