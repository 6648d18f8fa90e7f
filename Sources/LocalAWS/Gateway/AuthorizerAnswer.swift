import AWSCore

/// What a Lambda authorizer said about one handshake
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html).
enum AuthorizerAnswer: Sendable, Equatable {
    /// With what every later event of the connection carries.
    case allow(context: [String: JSONValue])
    case deny(isExplicit: Bool)
    /// Not an answer that API Gateway understands.
    case malformed

    /// - Parameter arn: of the `$connect` route, which the policy has to allow.
    init(_ answer: JSONValue, size: Int, arn: String) {
        guard size <= GatewayLimits.authorizerResultBytes, let policy = answer["policyDocument"],
            policy.objectValue != nil, let context = Self.context(answer)
        else {
            self = .malformed
            return
        }
        switch Self.decision(policy, arn) {
        case true?: self = .allow(context: context)
        case false?: self = .deny(isExplicit: true)
        case nil: self = .deny(isExplicit: false)
        }
    }

    /// Every value becomes a string; one that is an array or an object is an error.
    private static func context(_ answer: JSONValue) -> [String: JSONValue]? {
        var context: [String: JSONValue] = [:]
        if let given = answer["context"], given != .null {
            guard let members = given.objectValue else { return nil }
            for (name, value) in members {
                switch value {
                case .string: context[name] = value
                case .bool(let flag): context[name] = .string(flag ? "true" : "false")
                case .int, .double: context[name] = .string(value.encodedString())
                case .null: break
                case .array, .object: return nil
                }
            }
        }
        if let principal = answer["principalId"]?.stringValue { context["principalId"] = .string(principal) }
        return context
    }

    /// `nil` when no statement is about the ARN; a denial wins over every grant.
    private static func decision(_ policy: JSONValue, _ arn: String) -> Bool? {
        var statements = policy["Statement"]?.arrayValue ?? []
        if let single = policy["Statement"], single.objectValue != nil { statements = [single] }
        var allowed: Bool?
        for statement in statements {
            var resources = statement["Resource"]?.arrayValue?.compactMap(\.stringValue) ?? []
            if let single = statement["Resource"]?.stringValue { resources = [single] }
            guard resources.contains(where: { matches(Array($0.utf8), Array(arn.utf8)) }) else { continue }
            switch statement["Effect"]?.stringValue {
            case "Deny": return false
            case "Allow": allowed = true
            default: break
            }
        }
        return allowed
    }

    /// `*` stands for any bytes, `?` for one.
    static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                p = last.pattern + 1
                t = last.text + 1
                star = (last.pattern, t)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
