import AWSCore
import BotContract

/// The key of visitor and signed tokens, from SSM; kept in the process for a while, so that a changed key is noticed and
/// SSM is not asked at every connect.
final class TokenKeySource {
    static let maximumAge: Duration = .seconds(300)

    private let context: BotContext
    private let parameter: String
    private var cached: (key: [UInt8], at: Timestamp)?

    init(_ context: BotContext) throws(InitError) {
        guard let parameter = context.environment.tokenKeyParameter else {
            throw InitError("the environment variable \(HandlerEnvironment.tokenKeyParameter) is not set")
        }
        self.parameter = parameter
        self.context = context
    }

    func key(deadline: Timestamp) throws -> [UInt8] {
        let now = context.clock.now()
        if let cached, cached.at.duration(to: now) < Self.maximumAge, cached.at <= now { return cached.key }
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
                    body: JSONValue.object(["Name": .string(parameter), "WithDecryption": .bool(true)]).encoded()
                ),
                timeout: .seconds(3)
            ),
            deadline: deadline
        )
        let value = (try? JSONValue.parse(response.body))?["Parameter"]?["Value"]?.stringValue
        guard let key = value.flatMap({ base64Decode($0.trimmed) }), key.count == TokenKey.bytes else {
            throw TokenKeyError(parameter: parameter)
        }
        cached = (key, now)
        return key
    }
}

struct TokenKeyError: Error, CustomStringConvertible {
    var parameter: String
    var description: String {
        "the SSM parameter \(parameter) does not hold the base64 of \(TokenKey.bytes) bytes; "
            + "delete it and deploy again to have a new one made"
    }
}
