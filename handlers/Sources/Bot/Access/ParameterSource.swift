import AWSCore

/// A SecureString from SSM; kept in the process for a while, so that a changed one is noticed and SSM is not asked at
/// every event.
final class ParameterSource {
    static let maximumAge: Duration = .seconds(300)

    let name: String
    private let context: BotContext
    private var cached: (value: String, at: Timestamp)?

    init(_ name: String, _ context: BotContext) {
        self.name = name
        self.context = context
    }

    func value(deadline: Timestamp) throws(AWSError) -> String {
        let now = context.clock.now()
        if let cached, cached.at.duration(to: now) < Self.maximumAge, cached.at <= now { return cached.value }
        let environment = context.environment
        let response = try context.aws.send(
            AWSCall(
                service: "ssm",
                region: environment.region,
                operation: "ssm.GetParameter",
                request: HTTPRequest(
                    method: "POST",
                    endpoint: .aws(service: "ssm", region: environment.region, environment: environment.variables),
                    headers: [
                        "Content-Type": "application/x-amz-json-1.1",
                        "X-Amz-Target": "AmazonSSM.GetParameter",
                    ],
                    body: JSONValue.object(["Name": .string(name), "WithDecryption": .bool(true)]).encoded()
                ),
                timeout: .seconds(3)
            ),
            deadline: deadline
        )
        let value = (try? JSONValue.parse(response.body))?["Parameter"]?["Value"]?.stringValue ?? ""
        cached = (value, now)
        return value
    }

    /// What was read last is of no use: the next event asks again.
    func forget() { cached = nil }
}
