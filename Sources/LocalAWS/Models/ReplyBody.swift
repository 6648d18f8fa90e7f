import AWSCore

/// The answer to Converse: everything in one JSON body.
struct ReplyBody {
    private var blocks: [Block] = []

    private enum Block {
        case text(String)
        case call(id: String, name: String, input: String)
    }

    mutating func take(_ part: ReplyPart) {
        switch (part, blocks.last) {
        case (.text(let more), .text(let text)?): blocks[blocks.count - 1] = .text(text + more)
        case (.text(let text), _): blocks.append(.text(text))
        case (.call(let id, let name), _): blocks.append(.call(id: id, name: name, input: ""))
        case (.input(let more), .call(let id, let name, let input)?):
            blocks[blocks.count - 1] = .call(id: id, name: name, input: input + more)
        case (.input, _): break
        }
    }

    /// - Throws: `ModelErrorException` for a call whose input is no JSON object: in a stream its text would go to the
    ///   caller as it is, here it has no place.
    func encoded(_ end: ReplyEnd, latencyMs: Int64) throws(BedrockFailure) -> [UInt8] {
        var content: [JSONValue] = []
        for block in blocks {
            switch block {
            case .text(let text): content.append(["text": .string(text)])
            case .call(let id, let name, let input):
                guard let value = try? JSONValue.parse(input.isEmpty ? "{}" : input), value.objectValue != nil else {
                    throw .modelError("The model called \(name) with an input that is not a JSON object.")
                }
                content.append(
                    ["toolUse": ["toolUseId": .string(id), "name": .string(name), "input": value]]
                )
            }
        }
        var answer: [String: JSONValue] = [
            "output": ["message": ["role": "assistant", "content": .array(content)]],
            "stopReason": .string(end.stopReason),
            "usage": end.usage,
            "metrics": ["latencyMs": .int(latencyMs)],
        ]
        answer["additionalModelResponseFields"] = end.additionalFields
        return JSONValue.object(answer).encoded()
    }
}

extension ReplyEnd {
    var usage: JSONValue {
        [
            "inputTokens": .int(Int64(inputTokens)), "outputTokens": .int(Int64(outputTokens)),
            "totalTokens": .int(Int64(inputTokens + outputTokens)),
        ]
    }

    /// Bedrock's place for what is a model's own; a guess says there that it is one.
    var additionalFields: JSONValue? { usageIsEstimated ? ["usageEstimated": true] : nil }
}
