import AWSCore
import BotContract

/// Every effect a handler may have, and what it was configured with.
struct BotContext {
    var configuration: BotConfiguration
    var environment: BotEnvironment
    var aws: AWSClient
    /// To hosts that are not AWS's.
    var web: any HTTPTransport
    var clock: any WallClock
    /// Cryptographically secure.
    var randomBytes: (Int) -> [UInt8]
    /// One line of JSON for the function's log.
    var log: (JSONValue) -> Void

    var table: Table { Table(client: aws, environment: environment) }

    /// `v_` and 128 random bits.
    func newUserId() -> String { "v_" + base64URLEncode(randomBytes(16)) }

    func newTurnId(at time: Timestamp) -> String {
        let bytes = randomBytes(10)
        let high = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = bytes[8...].reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
        return TableLayout.turnId(milliseconds: time.milliseconds, random: (high, low))
    }

    /// When an item written now expires (seconds), at least `minimum` from now; `nil` keeps it for ever.
    func expiry(from now: Timestamp, minimum: Duration = .zero) -> Int64? {
        let days = configuration.history.retentionDays
        guard days > 0 else { return nil }
        return now.advanced(by: max(.days(days), minimum)).seconds
    }
}

extension Duration {
    static func days(_ days: Int) -> Duration { .seconds(days * 86_400) }
}

/// A function's environment variables, read once.
struct BotEnvironment {
    var region: String
    var table: String
    var partitionKey: String
    var sortKey: String
    var tokenKeyParameter: String?
    var handoffTopic: String?
    /// All of them, for the endpoints' own rules.
    var variables: [String: String]

    init(variables: [String: String], handler: HandlerName) throws(InitError) {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        func need(_ name: String) throws(InitError) -> String {
            guard let value = value(name) else { throw InitError("the environment variable \(name) is not set") }
            return value
        }
        guard let region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") else {
            throw InitError("the environment variable AWS_REGION is not set")
        }
        self.region = region
        table = handler.tableActions.isEmpty ? "" : try need(HandlerEnvironment.table)
        partitionKey = value(HandlerEnvironment.partitionKey) ?? "userId"
        sortKey = value(HandlerEnvironment.sortKey) ?? "sessionId"
        tokenKeyParameter = value(HandlerEnvironment.tokenKeyParameter)
        handoffTopic = value(HandlerEnvironment.handoffTopic)
        self.variables = variables
    }
}

/// Why the function cannot start; Lambda shows it as the error of every invocation.
struct InitError: Error, Equatable, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
