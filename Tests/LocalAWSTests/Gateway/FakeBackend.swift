import AWSClients
import AWSCore
import Synchronization

@testable import LocalAWS

/// APIs and functions of a test.
final class FakeBackend: GatewayBackend {
    let region = "us-east-2"
    let accountId = "111122223333"
    private let deployed: Mutex<DeployedAPI?>
    private let kept = Mutex<DeployedAPI?>(nil)
    private let function: @Sendable (_ name: String, _ event: JSONValue) -> Invocation
    private let refused: HTTPResponse?
    private let calls = Mutex<[Call]>([])

    struct Call: Sendable {
        var function: String
        var event: JSONValue
        var timeout: Duration
    }

    init(
        _ api: DeployedAPI?,
        refused: HTTPResponse? = nil,
        function: @escaping @Sendable (_ name: String, _ event: JSONValue) -> Invocation = { _, _ in FakeBackend.ok() }
    ) {
        deployed = Mutex(api)
        self.refused = refused
        self.function = function
    }

    func deploy(_ api: DeployedAPI?) { deployed.withLock { $0 = api } }

    var seen: [Call] { calls.withLock { $0 } }

    /// The calls of one kind of event, once there are that many.
    func seen(_ eventType: String, count: Int = 1) -> [Call] {
        waitUntil { self.seen.count { $0.event["requestContext"]?["eventType"]?.stringValue == eventType } >= count }
        return seen.filter { $0.event["requestContext"]?["eventType"]?.stringValue == eventType }
    }

    func api(_ apiId: String, stage: String, maximumAge: Duration?) -> DeployedAPI? {
        guard apiId == "api1", stage == "dev" else { return nil }
        return deployed.withLock { deployed in
            // What was kept is given out until something newer is asked for.
            if maximumAge != nil || kept.withLock({ $0 }) == nil { kept.withLock { $0 = deployed } }
            return kept.withLock { $0 }
        }
    }

    func invoke(_ function: String, _ event: [UInt8], timeout: Duration) -> Invocation {
        let event = (try? JSONValue.parse(event)) ?? nil
        calls.withLock { $0.append(Call(function: function, event: event, timeout: timeout)) }
        return self.function(function, event)
    }

    func refusal(of request: ServerRequest) -> HTTPResponse? { refused }

    static func ok(_ status: Int = 200, body: String? = nil, headers: JSONValue = [:]) -> Invocation {
        var answer: [String: JSONValue] = ["statusCode": .int(Int64(status)), "headers": headers]
        if let body { answer["body"] = .string(body) }
        return .answered(.object(answer), size: 100)
    }

    static func policy(_ effect: String, context: JSONValue = ["userId": "u1"]) -> Invocation {
        .answered(
            [
                "principalId": "u1", "context": context,
                "policyDocument": ["Statement": [["Effect": .string(effect), "Resource": "*"]]],
            ],
            size: 200
        )
    }
}

extension DeployedAPI {
    /// An API whose functions are named as their routes, and `authorizer`.
    static func example(
        _ keys: [String] = ["$connect", "$disconnect", "hello"],
        authorization: Authorization = .none,
        throttle: Throttle? = nil,
        answersClient: Bool = false
    ) -> DeployedAPI {
        var api = DeployedAPI(selectionExpression: "$request.body.action", routes: [:], stageVariables: [:])
        api.throttle = throttle
        for key in keys {
            api.routes[key] = Route(
                key: key,
                authorization: key == "$connect" ? authorization : .none,
                integration: .function(key, timeout: GatewayLimits.integrationTimeouts.upperBound),
                answersClient: answersClient
            )
        }
        return api
    }
}

/// Waits for what another thread does; a minute is for a machine that is very busy.
func waitUntil(_ condition: () -> Bool) {
    let deadline = ContinuousClock.now.advanced(by: .seconds(60))
    while !condition(), ContinuousClock.now < deadline { SystemClock().sleep(.milliseconds(2)) }
}

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let start = ContinuousClock.now
    private let offset = Mutex(Duration.zero)

    func now() -> ContinuousClock.Instant { start.advanced(by: offset.withLock { $0 }) }
    func advance(_ duration: Duration) { offset.withLock { $0 += duration } }
}
