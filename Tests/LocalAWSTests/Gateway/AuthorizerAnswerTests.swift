import AWSCore
import Testing

@testable import LocalAWS

@Suite struct AuthorizerAnswerTests {
    static let arn = "arn:aws:execute-api:us-east-2:111122223333:api1/dev/$connect"

    static func answer(_ statements: JSONValue, context: JSONValue? = nil) -> AuthorizerAnswer {
        var answer: [String: JSONValue] = ["principalId": "p", "policyDocument": ["Statement": statements]]
        if let context { answer["context"] = context }
        return AuthorizerAnswer(.object(answer), size: 100, arn: arn)
    }

    static func statement(_ effect: String, _ resources: JSONValue) -> JSONValue {
        ["Action": "execute-api:Invoke", "Effect": .string(effect), "Resource": resources]
    }

    @Test(arguments: [
        "*", "arn:aws:execute-api:us-east-2:111122223333:api1/dev/$connect", "arn:aws:execute-api:*:*:api1/*",
        "arn:aws:execute-api:us-east-?:111122223333:api1/dev/*nect",
    ])
    func allows(_ resource: String) {
        #expect(
            Self.answer([Self.statement("Allow", .string(resource))]) == .allow(context: ["principalId": "p"])
        )
        #expect(Self.answer([Self.statement("Deny", .string(resource))]) == .deny(isExplicit: true))
    }

    @Test func aDenialWins() {
        let both: JSONValue = [Self.statement("Allow", "*"), Self.statement("Deny", ["x", "*/dev/*"])]
        #expect(Self.answer(both) == .deny(isExplicit: true))
        #expect(Self.answer([Self.statement("Allow", "*/prod/*")]) == .deny(isExplicit: false))
        #expect(Self.answer([]) == .deny(isExplicit: false))
        // A single statement need not be in a list.
        #expect(Self.answer(Self.statement("Allow", "*")) == .allow(context: ["principalId": "p"]))
    }

    @Test func theContextBecomesStrings() {
        let context: JSONValue = ["a": "x", "b": 1, "c": true, "d": nil, "e": 1.5]
        #expect(
            Self.answer([Self.statement("Allow", "*")], context: context)
                == .allow(context: ["principalId": "p", "a": "x", "b": "1", "c": "true", "e": "1.5"])
        )
        for context: JSONValue in [["a": ["b"]], ["a": ["b": "c"]], "text"] {
            #expect(Self.answer([Self.statement("Allow", "*")], context: context) == .malformed)
        }
    }

    @Test func refusesWhatIsNoAnswer() {
        for answer: JSONValue in ["", nil, [:], ["policyDocument": "x"], ["isAuthorized": true]] {
            #expect(AuthorizerAnswer(answer, size: 10, arn: Self.arn) == .malformed)
        }
        let allowed: JSONValue = ["policyDocument": ["Statement": Self.statement("Allow", "*")]]
        #expect(AuthorizerAnswer(allowed, size: 8192, arn: Self.arn) == .allow(context: [:]))
        #expect(AuthorizerAnswer(allowed, size: 8193, arn: Self.arn) == .malformed)
    }

    @Test func globsEndInBoundedTime() {
        let stars = [UInt8](repeating: UInt8(ascii: "*"), count: 1000) + [UInt8(ascii: "b")]
        #expect(!AuthorizerAnswer.matches(stars, [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)))
    }
}
