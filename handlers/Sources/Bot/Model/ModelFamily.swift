/// What a model can do through Converse, by its family
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html).
struct ModelFamily: Equatable {
    var streams: Bool
    /// Whether Converse takes a system text; where not, it becomes part of the first message.
    var takesSystem: Bool
    /// Whether Converse takes tools, and ConverseStream too.
    var tools: ToolUse = .whole

    enum ToolUse { case none, whole, streamed }

    /// Longest prefix wins. What is not in the table works with plain Converse, the smallest common part; whether it
    /// takes tools is for Bedrock to say.
    private static let table: [(prefix: String, family: ModelFamily)] = [
        ("meta.llama", ModelFamily(streams: true, takesSystem: true)),
        ("meta.llama2", ModelFamily(streams: true, takesSystem: true, tools: .none)),
        ("meta.llama3-8b", ModelFamily(streams: true, takesSystem: true, tools: .none)),
        ("meta.llama3-70b", ModelFamily(streams: true, takesSystem: true, tools: .none)),
        ("meta.llama3-2-1b", ModelFamily(streams: true, takesSystem: true, tools: .none)),
        ("meta.llama3-2-3b", ModelFamily(streams: true, takesSystem: true, tools: .none)),
        ("anthropic.claude", ModelFamily(streams: true, takesSystem: true, tools: .streamed)),
        ("amazon.nova", ModelFamily(streams: true, takesSystem: true, tools: .streamed)),
        ("amazon.titan-text", ModelFamily(streams: true, takesSystem: false, tools: .none)),
        ("mistral.mistral-7b-instruct", ModelFamily(streams: true, takesSystem: false, tools: .none)),
        ("mistral.mixtral-8x7b-instruct", ModelFamily(streams: true, takesSystem: false, tools: .none)),
        ("mistral.", ModelFamily(streams: true, takesSystem: true)),
        ("cohere.command-r", ModelFamily(streams: true, takesSystem: true, tools: .streamed)),
        ("cohere.command", ModelFamily(streams: true, takesSystem: false, tools: .none)),
        ("ai21.jamba", ModelFamily(streams: true, takesSystem: true)),
        ("openai.gpt-oss", ModelFamily(streams: true, takesSystem: true)),
        ("qwen.", ModelFamily(streams: true, takesSystem: true)),
    ]

    /// Whether ConverseStream serves a request, with tools in it or without.
    func streams(withTools: Bool) -> Bool { streams && (!withTools || tools == .streamed) }

    /// - Parameter modelId: a model id, an inference profile's id (`us.meta.…`) or an ARN of either.
    static func of(_ modelId: String) -> ModelFamily {
        let id = foundationId(modelId)
        let matches = table.filter { id.hasPrefix($0.prefix) }
        return matches.max { $0.prefix.utf8.count < $1.prefix.utf8.count }?.family
            ?? ModelFamily(streams: false, takesSystem: false)
    }

    /// The model's own id, without the ARN or the profile's prefix that it is called by.
    static func foundationId(_ modelId: String) -> Substring {
        var id = modelId[...]
        if id.hasPrefix("arn:"), let slash = id.lastIndex(of: "/") { id = id[id.index(after: slash)...] }
        for region in ["us-gov.", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "global."] where id.hasPrefix(region) {
            id = id.dropFirst(region.count)
            break
        }
        return id
    }
}
