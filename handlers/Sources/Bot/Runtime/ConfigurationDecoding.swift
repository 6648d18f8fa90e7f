import AWSCore
import BotContract

/// `bot.json`, read by hand: a cold start spent more time on making `Decodable` work (generic metadata, and the
/// search of all conformances for each type) than on everything else together.
extension BotConfiguration {
    init(_ json: JSONValue) throws(ConfigurationError) {
        let members = try Members(json, "bot.json")
        self.init(
            name: try members.text("name"),
            stage: try members.text("stage"),
            prompt: try members.text("prompt"),
            model: try Model(members.object("model")),
            rules: try members.objects("rules", RuleSection.init),
            retrieval: try members.word("retrieval"),
            embeddings: try members.optional("embeddings", Embeddings.init),
            history: try History(members.object("history")),
            limits: try Limits(members.object("limits")),
            auth: try Auth(members.object("auth")),
            handoff: try members.optional("handoff", Handoff.init),
            guardrail: try members.optional("guardrail", Guardrail.init),
            tools: try members.objects("tools", Tool.init)
        )
        version = try members.integer("version")
        try members.end()
    }
}

extension BotConfiguration.Model {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            id: try members.text("id"),
            fallback: try members.optionalText("fallback"),
            maxTokens: try members.integer("maxTokens"),
            temperature: try members.number("temperature")
        )
        try members.end()
    }
}

extension BotConfiguration.RuleSection {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            id: try members.text("id"),
            title: try members.text("title"),
            file: try members.text("file"),
            path: try members.texts("path"),
            text: try members.text("text")
        )
        try members.end()
    }
}

extension BotConfiguration.Embeddings {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            model: try members.text("model"),
            dimensions: try members.integer("dimensions"),
            scales: try members.numbers("scales"),
            vectors: try members.text("vectors")
        )
        try members.end()
    }
}

extension BotConfiguration.History {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(turns: try members.integer("turns"), retentionDays: try members.integer("retentionDays"))
        try members.end()
    }
}

extension BotConfiguration.Limits {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            messageChars: try members.integer("messageChars"),
            messagesPerMinute: try members.integer("messagesPerMinute"),
            tokensPerUserPerDay: try members.integer("tokensPerUserPerDay")
        )
        try members.end()
    }
}

extension BotConfiguration.Auth {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            mode: try members.word("mode"),
            allowedOrigins: try members.texts("allowedOrigins"),
            issuer: try members.optionalText("issuer"),
            audience: try members.optionalText("audience"),
            jwksUrl: try members.optionalText("jwksUrl")
        )
        try members.end()
    }
}

extension BotConfiguration.Handoff {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            message: try members.text("message"),
            byModel: try members.flag("byModel"),
            unansweredTurns: try members.optionalInteger("unansweredTurns")
        )
        try members.end()
    }
}

extension BotConfiguration.Guardrail {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            blockedMessage: try members.text("blockedMessage"),
            checksGrounding: try members.flag("checksGrounding")
        )
        try members.end()
    }
}

extension BotConfiguration.Tool {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            name: try members.text("name"),
            description: try members.text("description"),
            inputSchema: try members.text("inputSchema"),
            lambda: try members.optionalText("lambda"),
            url: try members.optionalText("url"),
            headers: try members.objects("headers", BotConfiguration.Header.init),
            timeout: try members.integer("timeout"),
            confirm: try members.flag("confirm")
        )
        try members.end()
    }
}

extension BotConfiguration.Header {
    fileprivate init(_ members: Members) throws(ConfigurationError) {
        self.init(
            name: try members.text("name"),
            value: try members.optionalText("value"),
            parameter: try members.optionalText("parameter")
        )
        try members.end()
    }
}

/// What is wrong with `bot.json`, and where.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    var description: String
    fileprivate init(_ description: String) { self.description = description }
}

/// The members of one object, each asked for once. One that nobody asked for is an error: a bootstrap that
/// passed over what a newer botctl wrote would be a bot without it.
private final class Members {
    private let values: [String: JSONValue]
    private let path: String
    private var asked: [String] = []

    init(_ json: JSONValue, _ path: String) throws(ConfigurationError) {
        guard let values = json.objectValue else { throw ConfigurationError("\(path) is not an object") }
        self.values = values
        self.path = path
    }

    /// A member that is `null` is one that is not there.
    private func value(_ name: String) -> JSONValue? {
        guard let value = values[name] else { return nil }
        asked.append(name)
        if case .null = value { return nil }
        return value
    }

    private func need<Value>(
        _ name: String,
        _ kind: @autoclosure () -> String,
        _ read: (JSONValue) -> Value?
    ) throws(ConfigurationError) -> Value {
        guard let value = value(name).flatMap(read) else {
            throw ConfigurationError("\(path).\(name) is not \(kind())")
        }
        return value
    }

    func text(_ name: String) throws(ConfigurationError) -> String { try need(name, "a text", \.stringValue) }

    func optionalText(_ name: String) throws(ConfigurationError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw ConfigurationError("\(path).\(name) is not a text") }
        return text
    }

    func integer(_ name: String) throws(ConfigurationError) -> Int {
        try need(name, "a whole number") { $0.intValue.flatMap { Int(exactly: $0) } }
    }

    func optionalInteger(_ name: String) throws(ConfigurationError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.intValue.flatMap({ Int(exactly: $0) }) else {
            throw ConfigurationError("\(path).\(name) is not a whole number")
        }
        return number
    }

    func flag(_ name: String) throws(ConfigurationError) -> Bool { try need(name, "true or false", \.boolValue) }

    func number(_ name: String) throws(ConfigurationError) -> Double {
        try need(name, "a number", Self.number)
    }

    func numbers(_ name: String) throws(ConfigurationError) -> [Double] {
        try need(name, "a list of numbers") { list in list.arrayValue.flatMap { Self.all($0, Self.number) } }
    }

    func texts(_ name: String) throws(ConfigurationError) -> [String] {
        try need(name, "a list of texts") { list in list.arrayValue.flatMap { Self.all($0, \.stringValue) } }
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws(ConfigurationError) -> Word {
        try need(name, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") {
            $0.stringValue.flatMap { Word(rawValue: $0) }
        }
    }

    func object(_ name: String) throws(ConfigurationError) -> Members {
        try Members(value(name) ?? .null, "\(path).\(name)")
    }

    func optional<Value>(
        _ name: String,
        _ read: (Members) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Value? {
        guard let value = value(name) else { return nil }
        return try read(Members(value, "\(path).\(name)"))
    }

    func objects<Value>(
        _ name: String,
        _ read: (Members) throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> [Value] {
        let list = try need(name, "a list", \.arrayValue)
        var objects: [Value] = []
        objects.reserveCapacity(list.count)
        for (index, element) in list.enumerated() {
            objects.append(try read(Members(element, "\(path).\(name)[\(index)]")))
        }
        return objects
    }

    /// To be called after all members were asked for.
    func end() throws(ConfigurationError) {
        guard asked.count < values.count else { return }
        let unknown = values.keys.filter { !asked.contains($0) }.sorted().joined(separator: ", ")
        throw ConfigurationError("\(path) has members that this bootstrap does not know: \(unknown)")
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    private static func all<Value>(_ list: [JSONValue], _ read: (JSONValue) -> Value?) -> [Value]? {
        let values = list.compactMap(read)
        return values.count == list.count ? values : nil
    }
}
