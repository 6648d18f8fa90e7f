import AWSCore
import BotContract
import Foundation
import TestSupport
import Testing

@testable import Bot

/// An identity provider of another make signs; the authorizer is asked.
final class JSONWebTokenTests {
    static let issuer = "https://id.example.com/"
    static let audience = "shop-chat"
    static let jwks = "https://id.example.com/.well-known/jwks.json"

    private let bot = TestBot {
        $0.auth = .init(mode: .jwt, issuer: issuer, audience: audience, jwksUrl: jwks)
    }
    private var now: Int64 { bot.clock.time.seconds }

    /// Leaves a member out.
    private static let absent: JSONValue = "<absent>"

    struct Job {
        var algorithm = "RS256"
        var key = "rsa"
        var header: [String: JSONValue] = [:]
        var claims: [String: JSONValue] = [:]
        /// What the log says of a refusal; `nil` for a token that is let in.
        var reason: String?
    }

    private struct Signed {
        var keys: [String: JSONValue]
        var tokens: [String]

        /// A key set with the named keys, each under its name.
        func set(_ names: String...) -> [UInt8] { set(names.map { ($0, [:]) }) }

        func set(_ entries: [(String, [String: JSONValue?])]) -> [UInt8] {
            let list = entries.map { name, changes -> JSONValue in
                var key = keys[name]?.objectValue ?? [:]
                key["kid"] = .string(name)
                for (member, value) in changes { key[member] = value }
                return .object(key)
            }
            return JSONValue.object(["keys": .array(list)]).encoded()
        }
    }

    private func sign(_ jobs: [Job]) throws -> Signed {
        let list = jobs.map { job -> JSONValue in
            var header: [String: JSONValue] = ["alg": .string(job.algorithm), "kid": .string(job.key), "typ": "JWT"]
            for (name, value) in job.header { header[name] = value == Self.absent ? Optional.none : value }
            var claims: [String: JSONValue] = [
                "iss": .string(Self.issuer), "aud": .string(Self.audience), "sub": "42", "iat": .int(now),
                "exp": .int(now + 600),
            ]
            for (name, value) in job.claims { claims[name] = value == Self.absent ? Optional.none : value }
            return .object([
                "alg": .string(job.algorithm), "key": .string(job.key), "header": .object(header),
                "claims": .object(claims),
            ])
        }
        let script = Python.testDirectory.appendingPathComponent("jwt_oracle.py").path
        let answer = try Python.run([script], input: .object(["tokens": .array(list)]))
        let tokens = answer["tokens"]?.arrayValue?.compactMap { $0.stringValue } ?? []
        try #require(tokens.count == jobs.count)
        return Signed(keys: try #require(answer["keys"]?.objectValue), tokens: tokens)
    }

    private func authorize(_ token: String?) throws -> JSONValue {
        guard case .object(var event) = TestBot.event("$connect", type: "CONNECT", user: nil) else { return .null }
        event["methodArn"] = "arn:aws:execute-api:us-east-2:123456789012:a1b2c3d4/dev/$connect"
        if let token { event["queryStringParameters"] = .object(["token": .string(token)]) }
        return try bot.serve(.authorize, .object(event))
    }

    private func user(_ token: String?) throws -> String? { try authorize(token)["context"]?["userId"]?.stringValue }

    private func answers(_ sets: [UInt8]...) { bot.web.answers[Self.jwks] = sets.map { .response(200, $0) } }

    private var prefix: String { "j_\(hexEncode(sha256(Self.issuer)).prefix(12))_" }

    @Test func letsInWhatTheIssuerSigned() throws {
        var jobs = [
            Job(), Job(key: "rsa3072"), Job(algorithm: "ES256", key: "ec"), Job(header: ["typ": Self.absent]),
            Job(header: ["typ": "at+jwt"]), Job(claims: ["aud": ["other", .string(Self.audience)]]),
            Job(claims: ["exp": .int(now - 59)]), Job(claims: ["exp": .double(Double(now) + 0.5)]),
            Job(claims: ["nbf": .int(now + 60), "iat": .int(now + 60)]), Job(claims: ["iat": Self.absent]),
            Job(claims: ["sub": "auth0|zoë 日本"]), Job(claims: ["sub": .string(String(repeating: "x", count: 255))]),
        ]
        // ECDSA's numbers have leading zeros now and then.
        for number in 0..<300 { jobs.append(Job(algorithm: "ES256", key: "ec2", claims: ["n": .int(Int64(number))])) }
        let signed = try sign(jobs)
        answers(signed.set("rsa", "rsa3072", "ec", "ec2", "p384", "weak"))
        for (job, token) in zip(jobs, signed.tokens) {
            let subject = job.claims["sub"]?.stringValue ?? "42"
            #expect(try user(token) == prefix + subject, "\(job) \(bot.logs.last ?? .null)")
        }
        #expect(bot.web.urls.count == 1)
        #expect(bot.aws.events.isEmpty, "no key from SSM")
    }

    @Test func letsNothingElseIn() throws {
        let wrong: [Job] = [
            Job(algorithm: "none", reason: "not a signed JWT"), Job(algorithm: "HS256", reason: "alg"),
            Job(algorithm: "HS256", header: ["alg": "RS256"], reason: "wrong signature"),
            Job(algorithm: "RS512", reason: "alg"),
            Job(algorithm: "RS512", header: ["alg": "RS256"], reason: "wrong sig"),
            Job(algorithm: "PS256", reason: "alg"),
            Job(algorithm: "PS256", header: ["alg": "RS256"], reason: "wrong sig"),
            Job(header: ["alg": "rs256"], reason: "alg"), Job(header: ["alg": Self.absent], reason: "alg"),
            Job(header: ["alg": ["RS256"]], reason: "alg"), Job(header: ["alg": "ES256"], reason: "no key"),
            Job(algorithm: "ES256", key: "ec", header: ["alg": "RS256"], reason: "no key"),
            Job(algorithm: "DER", key: "ec", header: ["alg": "ES256"], reason: "wrong signature"),
            Job(algorithm: "ES256", key: "p384", reason: "no key"), Job(key: "weak", reason: "no key"),
            Job(key: "rsa3072", header: ["kid": "rsa"], reason: "wrong signature"),
            Job(algorithm: "ES256", key: "ec2", header: ["kid": "ec"], reason: "wrong signature"),
            Job(header: ["kid": Self.absent], reason: "no key"), Job(header: ["kid": ""], reason: "kid"),
            Job(header: ["kid": 7], reason: "kid"), Job(header: ["kid": "RSA"], reason: "no key"),
            Job(header: ["kid": .string(String(repeating: "k", count: 513))], reason: "kid"),
            Job(header: ["crit": ["exp"]], reason: "crit"),
            Job(header: ["crit": ["b64"], "b64": false], reason: "crit"),
            Job(header: ["typ": "logout+jwt"], reason: "typ"), Job(header: ["typ": 1], reason: "typ"),
            Job(claims: ["iss": "https://id.example.com"], reason: "another issuer"),
            Job(claims: ["iss": Self.absent], reason: "another issuer"),
            Job(claims: ["iss": [.string(Self.issuer)]], reason: "another issuer"),
            Job(claims: ["aud": "shop"], reason: "for another"),
            Job(claims: ["aud": Self.absent], reason: "for another"),
            Job(claims: ["aud": []], reason: "for another"),
            Job(claims: ["aud": [[.string(Self.audience)]]], reason: "for another"),
            Job(claims: ["aud": "SHOP-CHAT"], reason: "for another"),
            Job(claims: ["exp": .int(now - 60)], reason: "expired"),
            Job(claims: ["exp": Self.absent], reason: "without exp"),
            Job(claims: ["exp": "never"], reason: "exp is not"),
            Job(claims: ["exp": .int(.max)], reason: "exp is not"), Job(claims: ["exp": 1e300], reason: "exp is not"),
            Job(claims: ["exp": -1], reason: "exp is not"),
            Job(claims: ["nbf": .int(now + 61)], reason: "not yet valid (nbf)"),
            Job(claims: ["nbf": .null], reason: "nbf is not"),
            Job(claims: ["iat": .int(now + 61)], reason: "not yet valid (iat)"),
            Job(claims: ["iat": .int(.min)], reason: "iat is not"), Job(claims: ["sub": Self.absent], reason: "sub"),
            Job(claims: ["sub": ""], reason: "sub"), Job(claims: ["sub": 42], reason: "sub"),
            Job(claims: ["sub": "a\u{0}b"], reason: "sub"), Job(claims: ["sub": "\u{FFFD}"], reason: "sub"),
            Job(claims: ["sub": .string(String(repeating: "x", count: 256))], reason: "sub"),
            Job(claims: ["pad": .string(String(repeating: "x", count: 8_192))], reason: "oversized"),
        ]
        let signed = try sign([Job()] + wrong)
        answers(signed.set("rsa", "ec", "weak", "p384"))
        let good = signed.tokens[0]
        #expect(try user(good) != nil)
        let parts = good.split(separator: ".").map(String.init)
        var cases = zip(signed.tokens.dropFirst(), wrong).map { (Optional($0), $1.reason ?? "") }
        cases += [
            (nil, "none"), ("", "not a signed JWT"), ("..", "not a signed JWT"), (good + ".", "not a signed JWT"),
            (good + ".a.b", "not a signed JWT"), (parts[0] + "." + parts[1] + ".", "not a signed JWT"),
            (parts[0] + ".." + parts[2], "not a signed JWT"), (good + "=", "not a signed JWT"),
            (String(good.dropLast()) + (good.hasSuffix("A") ? "B" : "A"), "not a signed JWT"),
            (String(repeating: "a", count: 8_193), "oversized"), (String(repeating: ".", count: 200_000), "oversized"),
            (SealedText.seal([:], version: "s1", key: TestBot.key), "not a signed JWT"),
        ]
        let refusal = try authorize("x")
        for (token, reason) in cases {
            let answer = try authorize(token)
            #expect(answer == refusal && answer["context"] == nil, "\(token?.prefix(200) ?? "nil")")
            let detail = bot.logs.last?["detail"]?.stringValue ?? ""
            // The last character may carry bits that count.
            #expect(
                detail.hasPrefix("token: \(reason)") || detail == "token: wrong signature",
                "\(detail), not \(reason)"
            )
        }
    }

    @Test(arguments: [("RS256", "rsa"), ("ES256", "ec")])
    func acceptsNoMutation(_ algorithm: String, _ key: String) throws {
        let signed = try sign([Job(algorithm: algorithm, key: key)])
        let set = try #require(KeySet(json: signed.set("rsa", "ec")))
        let rules = JWTRules(issuer: Self.issuer, audience: Self.audience)
        let good = Array(signed.tokens[0].utf8)
        var random = SeededGenerator(seed: 21)
        let alphabet = Array("ABCabc019-_.=\u{0}{\"".utf8)
        var parsed = 0
        for _ in 0..<3_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0, 1: bytes[at] = random.pick(alphabet)
                case 2: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 3: bytes.remove(at: at)
                default: bytes.insert(random.pick(alphabet), at: at)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard Array(text.utf8) != good, let token = try? JSONWebToken(text) else { continue }
            parsed += 1
            _ = try? rules.subject(of: token, now: bot.clock.time)
            #expect(!set.keys(for: token).contains { token.isSigned(by: $0) }, "\(text)")
        }
        #expect(parsed > 200, "the mutations reach the signature: \(parsed)")
    }

    /// RFC 7515, appendices A.1 (HS256), A.2 (RS256), A.3 (ES256) and A.5 (none).
    @Test func readsThePublishedExamples() throws {
        let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let modulus = """
            ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ\
            S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2\
            R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD\
            TW9gb54h4FRWyuXpoQ
            """
        let rs256 = """
            eyJhbGciOiJSUzI1NiJ9.\(payload).cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc\
            _lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L\
            07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9F\
            s98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
            """
        let es256 = """
            eyJhbGciOiJFUzI1NiJ9.\(payload).DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP\
            3-Kg6NU1Q
            """
        let keys = [
            #"{"kty":"RSA","n":"\#(modulus)","e":"AQAB"}"#,
            """
            {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
            """,
        ]
        for (text, own, other) in [(rs256, keys[0], keys[1]), (es256, keys[1], keys[0])] {
            let token = try JSONWebToken(text)
            let set = try #require(KeySet(json: Array(#"{"keys":[\#(own)]}"#.utf8)))
            #expect(set.keys(for: token).count == 1)
            #expect(set.keys(for: token).allSatisfy { token.isSigned(by: $0) })
            #expect(try #require(KeySet(json: Array(#"{"keys":[\#(other)]}"#.utf8))).keys(for: token).isEmpty)
            let both = try #require(KeySet(json: Array(#"{"keys":[\#(own),\#(other)]}"#.utf8)))
            #expect(both.keys(for: token).isEmpty, "several keys, and no kid to choose by")
        }
        for head in ["eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJub25lIn0"] {
            for signature in ["", ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "."] {
                #expect(throws: TokenRefusal.self) { try JSONWebToken("\(head).\(payload)\(signature)") }
            }
        }
    }

    @Test func trustsOnlyKeysThatAreWorthIt() throws {
        let signed = try sign([])
        func count(_ name: String, _ changes: [String: JSONValue?] = [:]) -> Int? {
            KeySet(json: signed.set([(name, changes)]))?.count
        }
        for name in ["rsa", "rsa3072", "ec", "ec2"] { #expect(count(name) == 1, "\(name)") }
        #expect(count("rsa", ["use": "sig", "alg": "RS256", "key_ops": ["verify"], "x5c": []]) == 1)
        let modulus = try #require(signed.keys["rsa"]?["n"]?.stringValue.flatMap { base64URLDecode($0) })
        func encoded(_ bytes: [UInt8]) -> JSONValue { .string(base64URLEncode(bytes)) }
        #expect(count("rsa", ["n": encoded([0, 0] + modulus)]) == 1, "leading zeros are the same number")
        let useless: [(String, [String: JSONValue?])] = [
            ("weak", [:]), ("p384", [:]), ("p384", ["crv": "P-256"]), ("rsa", ["use": "enc"]), ("rsa", ["use": 1]),
            ("rsa", ["alg": "RS512"]), ("rsa", ["alg": "ES256"]), ("rsa", ["key_ops": ["encrypt"]]),
            ("rsa", ["kty": "oct", "k": "AAAA"]), ("rsa", ["kty": .some(nil)]), ("rsa", ["n": .some(nil)]),
            ("rsa", ["n": encoded(modulus.dropLast() + [modulus[modulus.count - 1] & 0xFE])]),
            ("rsa", ["n": encoded(Array(repeating: 0xFF, count: 1_025))]), ("rsa", ["n": "!"]), ("rsa", ["n": ""]),
            ("rsa", ["n": encoded(Array(modulus.dropLast()))]), ("rsa", ["e": "AQ"]), ("rsa", ["e": "AA"]),
            ("rsa", ["e": "Ag"]), ("rsa", ["e": ""]), ("rsa", ["e": encoded([1, 0, 0, 0, 1])]),
            ("ec", ["x": signed.keys["ec2"]?["x"]]), ("ec", ["y": signed.keys["ec"]?["x"]]), ("ec", ["x": "AAAA"]),
            ("ec", ["x": encoded(.init(repeating: 0, count: 32)), "y": encoded(.init(repeating: 0, count: 32))]),
            ("ec", ["x": encoded(.init(repeating: 0xFF, count: 32))]), ("ec", ["crv": "secp256k1"]),
            ("ec", ["y": .some(nil)]),
        ]
        for (name, changes) in useless { #expect(count(name, changes) == 0, "\(name) \(changes)") }
        #expect(KeySet(json: signed.set([("weak", [:]), ("rsa", [:]), ("p384", [:])]))?.count == 1)
        for text in ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":1}"#, "<html>"] {
            #expect(KeySet(json: Array(text.utf8)) == nil, "\(text)")
        }
        let many = [UInt8](#"{"keys":[\#(String(repeating: "1,", count: 100))1]}"#.utf8)
        #expect(KeySet(json: many) == nil)
    }

    @Test func survivesThousandsOfBrokenKeySets() throws {
        let good = try sign([]).set("rsa", "ec")
        var random = SeededGenerator(seed: 31)
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[at] = UInt8.random(in: 32..<127, using: &random)
                } else {
                    bytes.remove(at: at)
                }
            }
            #expect((KeySet(json: bytes)?.count ?? 0) <= 2)
        }
    }

    /// No change whatever to a token leaves it signed.
    @Test func refusesAHundredThousandChangedTokens() throws {
        let signed = try sign([Job(), Job(algorithm: "ES256", key: "ec")])
        let keys = try #require(KeySet(json: signed.set("rsa", "ec")))
        var random = SeededGenerator(seed: 77)
        func isSigned(_ text: String) -> Bool {
            guard let token = try? JSONWebToken(text) else { return false }
            return keys.keys(for: token).contains { token.isSigned(by: $0) }
        }
        for good in signed.tokens {
            #expect(isSigned(good))
            for _ in 0..<50_000 {
                let text = String(decoding: random.mutate(Array(good.utf8)), as: UTF8.self)
                if isSigned(text) { #expect(text == good) }
            }
        }
    }
}
