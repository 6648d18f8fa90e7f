import AWSCore
import BotContract
import FoundationEssentials
import Testing

@testable import Bot

/// `bot.json` as `Codable` writes it, the other half of the contract.
@Suite struct ConfigurationDecodingTests {
    private static let complete = BotConfiguration(
        name: "shop",
        stage: "dev",
        prompt: "You help. “Kindly” \u{1F642}",
        model: .init(id: "m", fallback: "f", maxTokens: 512, temperature: 0.25),
        rules: [
            .init(
                id: "returns-1",
                title: "Window",
                file: "rules/returns.md",
                path: ["Returns", "Window"],
                text: "30 d"
            ),
            .init(id: "b-2", title: "", file: "b", path: [], text: ""),
        ],
        retrieval: .hybrid,
        embeddings: .init(model: "e", dimensions: 2, scales: [0.5, 1], vectors: "AAAA"),
        history: .init(turns: 3, retentionDays: 0),
        limits: .init(messageChars: 1, messagesPerMinute: 2, tokensPerUserPerDay: 3),
        auth: .init(
            mode: .jwt,
            allowedOrigins: ["https://a.example"],
            issuer: "i",
            audience: "a",
            jwksUrl: "https://a.example/jwks"
        ),
        handoff: .init(message: "Soon.", byModel: true, unansweredTurns: 2),
        guardrail: .init(blockedMessage: "No.", checksGrounding: true),
        tools: [
            .init(
                name: "findOrder",
                description: "Finds an order",
                inputSchema: #"{"type":"object"}"#,
                lambda: "arn:aws:lambda:us-east-2:111122223333:function:f",
                url: "https://a.example",
                headers: [.init(name: "X-Key", value: "v", parameter: "/p")],
                timeout: 5,
                confirm: true
            )
        ]
    )

    private static func json(_ configuration: BotConfiguration) throws -> JSONValue {
        try JSONValue.parse([UInt8](JSONEncoder().encode(configuration)))
    }

    /// A field that is added to the configuration and not read is an unknown member here.
    @Test func readsWhatIsWritten() throws {
        for child in Mirror(reflecting: Self.complete).children {
            let isMissing = if case Optional<Any>.none = child.value { true } else { false }
            #expect(!isMissing, "the complete configuration lacks \(child.label ?? "")")
        }
        #expect(try BotConfiguration(Self.json(Self.complete)) == Self.complete)
        var bare = Self.complete
        (bare.model.fallback, bare.embeddings, bare.handoff) = (nil, nil, nil)
        (bare.guardrail, bare.tools) = (nil, [])
        (bare.auth.issuer, bare.auth.audience, bare.auth.jwksUrl) = (nil, nil, nil)
        #expect(try BotConfiguration(Self.json(bare)) == bare)
    }

    /// Every member of every object: taken away, of another type, and one too many beside it.
    @Test func namesWhatIsWrong() throws {
        let document = try Self.json(Self.complete)
        let optional = [
            "fallback", "embeddings", "issuer", "audience", "jwksUrl", "handoff", "guardrail", "unansweredTurns",
            "lambda",
            "url", "value", "parameter",
        ]
        let flags = ["byModel", "checksGrounding", "confirm"]
        var places = 0
        try Self.eachMember(of: document, at: "bot.json") { path, name, changed in
            places += 1
            var error = #expect(throws: ConfigurationError.self, "\(path).\(name)") {
                try BotConfiguration(changed(flags.contains(name) ? 1 : .bool(true), name))
            }
            #expect(error?.description.hasPrefix("\(path).\(name)") == true, "\(String(describing: error))")
            error = #expect(throws: ConfigurationError.self) { try BotConfiguration(changed(1, "extra")) }
            #expect(error?.description == "\(path) has members that this bootstrap does not know: extra")
            if optional.contains(name) {
                _ = try BotConfiguration(changed(nil, name))
                _ = try BotConfiguration(changed(.null, name))
            } else {
                #expect(throws: ConfigurationError.self, "\(path).\(name)") {
                    try BotConfiguration(changed(nil, name))
                }
            }
        }
        #expect(places > 30)
        #expect(throws: ConfigurationError.self) { try BotConfiguration(.array([])) }
    }

    /// - Parameter body: gets a function that makes the document with one member of this object set.
    private static func eachMember(
        of value: JSONValue,
        at path: String,
        rebuild: @escaping (JSONValue) -> JSONValue = { $0 },
        _ body: (String, String, (JSONValue?, String) -> JSONValue) throws -> Void
    ) rethrows {
        if let elements = value.arrayValue {
            for (index, element) in elements.enumerated() {
                try eachMember(
                    of: element,
                    at: "\(path)[\(index)]",
                    rebuild: { changed in
                        var elements = elements
                        elements[index] = changed
                        return rebuild(.array(elements))
                    },
                    body
                )
            }
        }
        guard let members = value.objectValue else { return }
        func set(_ changed: JSONValue?, _ name: String) -> JSONValue {
            var members = members
            members[name] = changed
            return rebuild(.object(members))
        }
        for name in members.keys.sorted() {
            try body(path, name, set)
            try eachMember(of: members[name] ?? .null, at: "\(path).\(name)", rebuild: { set($0, name) }, body)
        }
    }
}
