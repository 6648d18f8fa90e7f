import AWSCore
import BotContract
import TestSupport

@testable import Bot

/// A bot with every effect replaced, and one connected visitor if asked for.
final class TestBot {
    static let model = "meta.llama3-3-70b-instruct-v1:0"
    static let fallback = "us.meta.llama3-1-8b-instruct-v1:0"
    static let user = "v_AAAAAAAAAAAAAAAAAAAAAA"
    static let connection = "Lq3dEfGhIAMCJ1A="
    static let topic = "arn:aws:sns:us-east-2:111122223333:handoff"
    static let key = [UInt8](repeating: 7, count: 32)

    let clock = FakeClock()
    let aws: FakeAWS
    let web = FakeWeb()
    var configuration: BotConfiguration
    /// Of the functions' environment, beside the usual ones.
    var variables: [String: String] = [:]
    private(set) var logs: [JSONValue] = []
    private var random = SeededGenerator(seed: 1)
    /// Of the next invocation, from now.
    var timeout: Duration = .seconds(29)
    private var functions: [HandlerName: BotFunction] = [:]

    init(_ change: (inout BotConfiguration) -> Void = { _ in }) {
        aws = FakeAWS(clock: clock)
        var configuration = BotConfiguration(
            name: "acme",
            stage: "dev",
            prompt: "You are the support agent of Acme.",
            model: .init(id: Self.model, fallback: Self.fallback, maxTokens: 512, temperature: 0.2),
            rules: [
                .init(
                    id: "returns-1",
                    title: "Time limit",
                    file: "rules/returns.md",
                    path: ["Returns", "Time limit"],
                    text: "Goods can be returned within 30 days."
                ),
                .init(
                    id: "shipping-1",
                    title: "Cost",
                    file: "rules/shipping.md",
                    path: ["Shipping", "Cost"],
                    text: "Shipping costs 5 dollars."
                ),
            ],
            retrieval: .auto,
            history: .init(turns: 12, retentionDays: 30),
            limits: .init(messageChars: 4000, messagesPerMinute: 20, tokensPerUserPerDay: 50_000),
            auth: .init(mode: .visitor),
            handoff: .init(message: "A colleague will take over.")
        )
        change(&configuration)
        self.configuration = configuration
        aws.tokenKey = base64Encode(Self.key)
        aws.models = [Self.model: [Wire.reply("Within 30 days ", "[returns-1].")]]
    }

    func context(_ handler: HandlerName) throws -> BotContext {
        let environment = try BotEnvironment(
            variables: [
                "AWS_REGION": "us-east-2",
                HandlerEnvironment.table: "acme-table",
                HandlerEnvironment.partitionKey: FakeTable.partitionKey,
                HandlerEnvironment.sortKey: FakeTable.sortKey,
                HandlerEnvironment.handoffTopic: Self.topic,
                HandlerEnvironment.tokenKeyParameter: TokenKey.parameterName(name: "acme", stage: "dev"),
            ].merging(variables) { $1 },
            handler: handler
        )
        return BotContext(
            configuration: configuration,
            environment: environment,
            aws: AWSClient(
                transport: aws,
                credentials: StaticCredentials(accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret"),
                clock: clock,
                random: { 0.5 }
            ),
            web: web,
            clock: clock,
            randomBytes: { self.random.bytes($0) },
            log: { self.logs.append($0) }
        )
    }

    /// Serves one event in the function's own, kept process.
    @discardableResult
    func serve(_ handler: HandlerName, _ event: JSONValue) throws -> JSONValue {
        let function = try functions[handler] ?? BotFunction(handler, try context(handler))
        functions[handler] = function
        let answer = try function.serve(
            event.encoded(),
            requestId: "request-\(logs.count)",
            deadline: clock.time.advanced(by: timeout)
        )
        return try JSONValue.parse(answer)
    }

    @discardableResult
    func connect(_ connection: String = connection, user: String = user) throws -> JSONValue {
        try serve(.connect, Self.event("$connect", type: "CONNECT", connection: connection, user: user))
    }

    /// A connect route's event as API Gateway makes it from what the authorizer answered.
    static func connected(_ authorizer: JSONValue, connection: String = connection) -> JSONValue {
        withAuthorizer(authorizer, event("$connect", type: "CONNECT", connection: connection, user: nil))
    }

    static func withAuthorizer(_ answer: JSONValue, _ event: JSONValue) -> JSONValue {
        var members = event.objectValue ?? [:]
        var context = event["requestContext"]?.objectValue ?? [:]
        context["authorizer"] = answer["context"] ?? .object([:])
        members["requestContext"] = .object(context)
        return .object(members)
    }

    @discardableResult
    func send(
        _ handler: HandlerName,
        _ frame: ClientFrame,
        connection: String = connection,
        user: String? = user
    ) throws -> JSONValue {
        try serve(
            handler,
            Self.event(
                frame.action,
                connection: connection,
                user: user,
                body: String(decoding: frame.encoded(), as: UTF8.self)
            )
        )
    }

    func ask(_ message: String, id: String = "m1", connection: String = connection) throws {
        try send(.sendMessage, .sendMessage(message: message, messageId: id), connection: connection)
    }

    static func event(
        _ route: String,
        type: String = "MESSAGE",
        connection: String = connection,
        user: String? = user,
        body: String? = nil
    ) -> JSONValue {
        var context: [String: JSONValue] = [
            "routeKey": .string(route), "eventType": .string(type), "connectionId": .string(connection),
            "apiId": "a1b2c3d4", "stage": "dev", "domainName": "chat.example.com",
            "connectedAt": 1_800_000_000_000, "requestTimeEpoch": 1_800_000_000_000,
            "identity": .object(["sourceIp": "192.0.2.1"]),
        ]
        if let user {
            context["authorizer"] = .object(["userId": .string(user), "principalId": .string(user), "new": "true"])
        }
        var event: [String: JSONValue] = ["requestContext": .object(context), "isBase64Encoded": false]
        if let body { event["body"] = .string(body) }
        return .object(event)
    }

    var outcome: String? { logs.last?["outcome"]?.stringValue }
    var chatMessages: [Item] {
        aws.table.keys(Self.user).filter { $0.contains("#") }.compactMap { aws.table.item(Self.user, $0) }
    }
    var errors: [(code: String, messageId: String?, retryAfter: Int?)] {
        aws.frames.compactMap {
            guard case .error(let code, _, let messageId, let retryAfter) = $0 else { return nil }
            return (code, messageId, retryAfter)
        }
    }
    /// `done` and `error` frames: a turn has exactly one.
    var terminalFrames: [ServerFrame] { aws.frames.filter { ["done", "error"].contains($0.type) } }
}
