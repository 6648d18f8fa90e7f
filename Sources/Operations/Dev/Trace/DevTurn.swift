package import AWSCore
package import LocalAWS

/// One turn, with everything that was seen of it: what the function logged, what the model was sent and said, what
/// search the question had, what was stored.
package struct DevTurn: Sendable, Equatable {
    /// Of the invocation.
    package var requestId: String
    package var connectionId: String
    /// `answered`, `duplicate`, or an error frame's code.
    package var outcome: String
    package var began: Timestamp
    package var ended: Timestamp
    package var chatId: String?
    package var user: String?
    /// As they are stored; `nil` for what was not.
    package var question: String?
    package var reply: String?
    package var model: String?
    package var tokens: Tokens?
    /// US dollars by list prices, as the handlers estimate them; `nil` for a model whose price they do not know.
    package var cost: Double?
    package var retrieval: Retrieve.Answer?
    /// Milliseconds of each phase, as the handlers measured them.
    package var timings: [String: Int64]
    package var calls: [ModelCall]
    /// Plain JSON, of this turn and of its session.
    package var items: [JSONValue]
    package var log: [DevLogLine]

    package struct Tokens: Sendable, Equatable {
        package var input: Int64
        package var output: Int64
    }

    package var milliseconds: Int64 { began.duration(to: ended).milliseconds }
}

extension DevTurn {
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "requestId": .string(requestId), "connectionId": .string(connectionId), "outcome": .string(outcome),
            "began": .int(began.milliseconds), "ms": .int(milliseconds),
            "timings": .object(timings.mapValues { .int($0) }), "calls": .array(calls.map { $0.json(from: began) }),
            "items": .array(items), "log": .array(log.map(\.json)),
        ]
        for (name, value) in [
            ("chatId", chatId), ("user", user), ("question", question), ("reply", reply), ("model", model),
        ] {
            members[name] = value.map(JSONValue.string)
        }
        members["tokens"] = tokens.map { ["input": .int($0.input), "output": .int($0.output)] }
        members["cost"] = cost.map(JSONValue.double)
        members["retrieval"] = retrieval?.json
        return .object(members)
    }
}

extension Retrieve.Answer {
    var json: JSONValue {
        .object([
            "mode": .string(mode.rawValue), "covered": .bool(covered), "followUp": .bool(followUp),
            "hits": .array(
                hits.map { hit in
                    var members: [String: JSONValue] = [
                        "id": .string(hit.id), "file": .string(hit.file), "heading": .string(hit.heading),
                        "score": .double(hit.score),
                    ]
                    members["lexical"] = hit.lexical.map(JSONValue.double)
                    members["cosine"] = hit.cosine.map(JSONValue.double)
                    return .object(members)
                }
            ),
        ])
    }
}

extension ModelCall {
    /// - Parameter start: what the call's times are counted from.
    func json(from start: Timestamp) -> JSONValue {
        func offset(_ time: Timestamp) -> JSONValue { .int(start.duration(to: time).milliseconds) }
        var members: [String: JSONValue] = [
            "model": .string(request.modelId), "streamed": .bool(request.isStreamed),
            "system": .string(request.system), "messages": .array(request.messages.map(\.json)),
            "tools": .array(
                request.tools.map { ["name": .string($0.name), "description": .string($0.description)] }
            ),
            "began": offset(began), "reply": .string(reply),
        ]
        members["maxTokens"] = request.maxTokens.map { .int(Int64($0)) }
        members["first"] = first.map(offset)
        members["ended"] = ended.map(offset)
        members["status"] = status.map { .int(Int64($0)) }
        members["failure"] = failure.map(JSONValue.string)
        if !toolCalls.isEmpty {
            members["toolCalls"] = .array(
                toolCalls.map { ["name": .string($0.name), "input": .string($0.input)] }
            )
        }
        return .object(members)
    }
}

extension ConverseRequest.Message {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["role": .string(role.rawValue), "text": .string(text)]
        if !toolUses.isEmpty {
            members["toolUses"] = .array(toolUses.map { ["name": .string($0.name), "input": $0.input] })
        }
        if !toolResults.isEmpty {
            members["toolResults"] = .array(
                toolResults.map { ["text": .string($0.text), "isError": .bool($0.isError)] }
            )
        }
        return .object(members)
    }
}
