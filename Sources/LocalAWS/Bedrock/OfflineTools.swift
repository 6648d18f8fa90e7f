import AWSCore

/// Chooses a tool in a model's place, by words: one that the question names, or shares two words with, and whose
/// required input stands in the question. It asks for one call, and then repeats what came of it.
struct OfflineTools {
    static let disclaimer = "(Offline answer, repeating what the tool said; no model was asked.)"

    private let request: ConverseRequest

    init(_ request: ConverseRequest) { self.request = request }

    /// What the tools said, where the conversation ends with that.
    var wording: String? {
        guard let last = request.messages.last, !last.toolResults.isEmpty else { return nil }
        let uses = request.messages.dropLast().last?.toolUses ?? []
        let lines = last.toolResults.map { result in
            let name = uses.first { $0.id == result.id }?.name ?? "tool"
            return result.isError ? "\(name) failed: \(result.text)" : "\(name): \(result.text)"
        }
        return lines.joined(separator: "\n") + "\n\n" + Self.disclaimer
    }

    /// The call that the customer's question needs.
    var call: ConverseRequest.ToolUse? {
        guard let question = request.messages.last?.text, request.messages.last?.toolResults.isEmpty == true else {
            return nil
        }
        let words = Set(terms(of: question))
        var best: (score: Int, use: ConverseRequest.ToolUse)?
        for tool in request.tools {
            guard let (input, found) = Self.input(tool.schema, question) else { continue }
            let name = Set(terms(of: Self.spaced(tool.name))).intersection(words)
            let about = name.union(terms(of: tool.description)).intersection(words)
            let isNamed = question.lowercased().contains(tool.name.lowercased())
            // What a tool is called says more than what its description mentions.
            let score = about.count + name.count + found + (isNamed ? 100 : 0)
            // Two calls of one conversation need two ids.
            let id = "offline-\(request.messages.count)"
            if score >= 2, score > best?.score ?? 0 { best = (score, .init(id: id, name: tool.name, input: input)) }
        }
        return best?.use
    }

    /// `orderStatus` and `order_status` as words.
    private static func spaced(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? " \($1)" : $1 == "_" || $1 == "-" ? " " : "\($1)" }
    }

    /// The required properties' values from the question; `nil` where one is not there.
    /// - Returns: the input, and how many values in it are the customer's own.
    private static func input(_ schema: JSONValue, _ question: String) -> (JSONValue, Int)? {
        var members: [String: JSONValue] = [:]
        for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
            guard let value = value(schema["properties"]?[name], question) else { return nil }
            members[name] = value
        }
        return (.object(members), members.count)
    }

    private static func value(_ schema: JSONValue?, _ question: String) -> JSONValue? {
        if let values = schema?["enum"]?.arrayValue {
            let words = question.lowercased()
            return values.first { $0.stringValue.map { words.contains($0.lowercased()) } ?? false }
        }
        let tokens = question.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" }
        switch schema?["type"]?.stringValue {
        case "integer", "number": return tokens.lazy.compactMap { Int64($0) }.first.map { .int($0) }
        // A number that names something: A-1001, 4711.
        case "string": return tokens.first { $0.contains(where: \.isNumber) }.map { .string(String($0)) }
        default: return nil
        }
    }
}
