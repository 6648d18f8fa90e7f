import AWSCore
import BotContract
import Testing

@testable import Operations

@Suite struct SignedTokensTests {
    private func fixture(_ auth: String = "auth: { mode: signed }\n") -> Fixture {
        let fixture = Fixture()
        fixture.spec += auth
        return fixture
    }

    private let parameter = "/botctl/shop/dev/token-key"

    @Test func signsTheClaimsWithTheKeyOfTheStage() throws {
        let fixture = fixture()
        let key = Array(repeating: UInt8(9), count: 32)
        fixture.aws.parameters[parameter] = base64Encode(key)
        let made = try SignedTokens.make(fixture.context, user: "zoë", expiresIn: 90, fixture.host)
        let parts = made.token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        #expect(parts[0] == "s1")
        #expect(base64URLDecode(parts[2]) == hmacSHA256(key: key, "\(parts[0]).\(parts[1])"))
        let claims = try JSONValue.parse(try #require(base64URLDecode(parts[1])))
        #expect(claims["sub"] == "zoë")
        #expect(claims["exp"]?.intValue == made.expiresAt)
        #expect(claims["iat"]?.intValue == made.expiresAt - 90)
        #expect(claims["iat"]?.intValue == 1_790_000_000)
        let id = try #require(claims["jti"]?.stringValue)
        #expect(AccessToken.isTokenId(id) && id == made.tokenId)
    }

    @Test func theFirstDeploymentMakesTheKey() throws {
        let fixture = fixture()
        try fixture.deploy()
        #expect(fixture.aws.parameters[parameter] != nil)
        #expect(try SignedTokens.make(fixture.context, user: "42", expiresIn: 1, fixture.host).userId == "42")
    }

    @Test func jwtNeedsNoKey() throws {
        let fixture = fixture(
            "auth: { mode: jwt, issuer: 'https://a.b/', audience: c, jwksUrl: 'https://a.b/keys' }\n"
        )
        try fixture.deploy()
        #expect(fixture.aws.parameters.isEmpty)
    }

    @Test func saysWhyNot() {
        let cases: [(String, String?, OperationError.Code)] = [
            ("", nil, .wrongAuthMode),
            ("auth: { mode: visitor }\n", base64Encode(.init(repeating: 1, count: 32)), .wrongAuthMode),
            ("auth: { mode: signed }\n", nil, .notDeployed), ("auth: { mode: signed }\n", "AAAA", .aws),
            ("auth: { mode: signed }\n", "not base64", .aws), ("auth: { mode: sealed }\n", nil, .specInvalid),
        ]
        for (auth, key, code) in cases {
            let fixture = fixture(auth)
            fixture.aws.parameters[parameter] = key
            let error = #expect(throws: OperationError.self) {
                try SignedTokens.make(fixture.context, user: "42", expiresIn: 60, fixture.host)
            }
            #expect(error?.code == code, "\(auth) \(error?.description ?? "")")
        }
    }
}
