import AWSCore
import BotContract
import Foundation
import TestSupport
import Testing

@testable import Bot

/// `auth.mode: signed`, from the backend's token to the resumed chat.
struct SignedTokenTests {
    private let bot = TestBot { $0.auth.mode = .signed }
    private static let arn = "arn:aws:execute-api:us-east-2:123456789012:a1b2c3d4/dev/$connect"
    private var now: Int64 { bot.clock.time.seconds }

    private func authorize(_ token: String?) throws -> JSONValue {
        guard case .object(var event) = TestBot.event("$connect", type: "CONNECT", user: nil) else { return .null }
        event["methodArn"] = .string(Self.arn)
        if let token { event["queryStringParameters"] = .object(["token": .string(token)]) }
        return try bot.serve(.authorize, .object(event))
    }

    private func claims(_ changes: [String: JSONValue?] = [:]) -> [String: JSONValue] {
        var claims: [String: JSONValue] = [
            "sub": "42", "iat": .int(now), "exp": .int(now + 300), "jti": "0123456789abcdef",
        ]
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    private func token(
        _ changes: [String: JSONValue?] = [:],
        version: String = "s1",
        key: [UInt8] = TestBot.key
    ) -> String {
        SealedText.seal(.object(claims(changes)), version: version, key: key)
    }

    private func isDenied(_ answer: JSONValue) -> Bool {
        answer["policyDocument"]?["Statement"]?[0]?["Effect"] == "Deny" && answer["context"] == nil
    }

    @discardableResult
    private func connect(_ authorized: JSONValue, _ connection: String = TestBot.connection) throws -> Int64? {
        try bot.serve(.connect, TestBot.connected(authorized, connection: connection))["statusCode"]?.intValue
    }

    private func hello(
        _ authorized: JSONValue,
        _ chat: String? = nil,
        _ connection: String = TestBot.connection
    ) throws -> (chatId: String, token: String?) {
        let body = String(decoding: ClientFrame.hello(chatId: chat).encoded(), as: UTF8.self)
        let event = TestBot.event("hello", connection: connection, user: nil, body: body)
        try bot.serve(.hello, TestBot.withAuthorizer(authorized, event))
        guard case .welcome(let chatId, let token, _)? = bot.aws.frames.last else {
            throw EventError(missing: "welcome: \(bot.aws.frames)")
        }
        return (chatId, token)
    }

    @Test func acceptsWhatTheDocumentedPythonMakes() throws {
        let page = String(
            decoding: try Data(contentsOf: Python.repository.appendingPathComponent("docs/auth.md")),
            as: UTF8.self
        )
        let snippet = try #require(
            page.components(separatedBy: "```python\n").last?.components(separatedBy: "```").first
        )
        let program = """
            \(snippet)
            import sys
            given = json.load(sys.stdin)
            time.time = lambda: given["now"]
            print(json.dumps([bot_token(user, given["key"]) for user in given["users"]]))
            """
        let users = ["42", "zoë@example.com", "日本", "a|b#c!d", String(repeating: "x", count: 255)]
        let input = JSONValue.object([
            "now": .double(Double(now) + 0.5), "key": .string(base64Encode(TestBot.key)),
            "users": .array(users.map { .string($0) }),
        ])
        let tokens = try Python.run(["-c", program], input: input).arrayValue ?? []
        try #require(tokens.count == users.count)
        for (user, token) in zip(users, tokens) {
            let answer = try authorize(token.stringValue)
            #expect(answer["context"]?["userId"]?.stringValue == "s_" + user)
            #expect(try connect(answer, "c\(user.utf8.count)=") == 200)
        }
    }

    @Test func refusesEveryOtherToken() throws {
        let good = token()
        #expect(!isDenied(try authorize(good)))
        let parts = good.split(separator: ".").map(String.init)
        let visitor = VisitorToken(userId: TestBot.user, issuedAt: bot.clock.time).signed(with: TestBot.key)
        let cases: [(String?, String)] = [
            (nil, "none"), ("", "not a s1"), ("x", "not a s1"), ("s1..", "wrong signature"), (visitor, "not a s1"),
            (good + ".", "not a s1"), (good + "=", "not a s1"), (good + " ", "not a s1"), (" " + good, "not a s1"),
            (parts[0] + "." + parts[1] + ".", "wrong signature"), (parts[0] + "." + parts[1], "not a s1"),
            ("v1." + parts[1] + "." + parts[2], "not a s1"), ("r1." + parts[1] + "." + parts[2], "wrong signature"),
            (good.replacingOccurrences(of: "s1.", with: "S1."), "not a s1"),
            (token(key: [UInt8](repeating: 8, count: 32)), "wrong signature"), (token(key: []), "wrong signature"),
            (token(version: "v1"), "not a s1"), (token(version: "r1"), "not the claims"),
            (token(["iat": .int(now - 9), "exp": .int(now)]), "expired"),
            (token(["exp": .int(now - 1), "iat": .int(now - 60)]), "expired"),
            (token(["iat": .int(now + 61), "exp": .int(now + 120)]), "not yet valid"),
            (token(["exp": .int(now + 3_601)]), "lives longer"), (token(["iat": .int(now - 3_400)]), "lives longer"),
            (token(["iat": .int(now + 10), "exp": .int(now + 5)]), "lives longer"),
            (token(["iat": .int(.min)]), "iat or exp is not"), (token(["exp": .int(.max)]), "iat or exp is not"),
            (token(["exp": 1e300]), "iat or exp is not"),
            (token(["exp": .string("\(now + 300)")]), "iat or exp is not"),
            (token(["exp": .some(nil)]), "iat or exp is not"), (token(["iat": .some(nil)]), "iat or exp is not"),
            (token(["jti": .some(nil)]), "jti"), (token(["jti": "short"]), "jti"), (token(["jti": 4]), "jti"),
            (token(["jti": .string(String(repeating: "j", count: 65))]), "jti"),
            (token(["jti": "a!b#c.d/e=f0123456"]), "jti"),
            (token(["sub": .some(nil)]), "sub"), (token(["sub": ""]), "sub"), (token(["sub": 42]), "sub"),
            (token(["sub": "a\nb"]), "sub"), (token(["sub": "a\u{0}"]), "sub"), (token(["sub": "\u{85}"]), "sub"),
            (token(["sub": "\u{FFFD}"]), "sub"), (token(["sub": .string(String(repeating: "x", count: 256))]), "sub"),
            (SealedText.seal("text", version: "s1", key: TestBot.key), "sub"),
            (SealedText.seal([], version: "s1", key: TestBot.key), "sub"),
            (String(repeating: "a", count: 2_049), "oversized"), (String(repeating: ".", count: 100_000), "oversized"),
        ]
        let refusal = try authorize("x")
        for (text, reason) in cases {
            let answer = try authorize(text)
            #expect(isDenied(answer) && answer == refusal, "\(text?.prefix(80) ?? "nil")")
            let detail = bot.logs.last?["detail"]?.stringValue ?? ""
            #expect(detail.hasPrefix("token: \(reason)"), "\(detail) for \(text?.prefix(80) ?? "nil")")
        }
    }

    @Test func visitorsModeTakesNoOtherKind() throws {
        let resume = try #require(ResumeToken(userId: "s_42", signedInAt: now, now: bot.clock.time))
        for text in [token(), resume.signed(with: TestBot.key)] {
            #expect(throws: TokenRefusal.self) { try VisitorToken(text, key: TestBot.key, now: bot.clock.time) }
        }
        // A visitor's payload under the resume token's version does not make a session either.
        let payload = JSONValue.object([
            "u": .string(TestBot.user), "auth": .int(now), "iat": .int(now), "exp": .int(now + 10),
        ])
        let text = SealedText.seal(payload, version: "r1", key: TestBot.key)
        #expect(throws: TokenRefusal.self) { try ResumeToken(text, key: TestBot.key, now: bot.clock.time) }
    }

    @Test func refusesTensOfThousandsOfForgedTokens() throws {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("abcXYZ019-_.=+/%{}\u{0}".utf8)
        let resume = try #require(ResumeToken(userId: "s_42", signedInAt: now, now: bot.clock.time))
        for good in [token(), resume.signed(with: TestBot.key)].map({ Array($0.utf8) }) {
            for _ in 0..<30_000 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes[at] = random.pick(alphabet)
                    case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    case 2: bytes.remove(at: at)
                    default: bytes.insert(random.pick(alphabet), at: at)
                    }
                }
                let text = String(decoding: bytes, as: UTF8.self)
                let signed = try? SignedToken(text, key: TestBot.key, now: bot.clock.time)
                let resumed = try? ResumeToken(text, key: TestBot.key, now: bot.clock.time)
                #expect(Array(text.utf8) == good || (signed == nil && resumed == nil), "\(text)")
            }
        }
    }

    /// Payloads that nobody but the key's owner can make, and that still must not stop the function.
    @Test func survivesEveryPayload() {
        var random = SeededGenerator(seed: 12)
        let values: [JSONValue] = [
            .null, true, .int(.max), .int(.min), 0, -1, 1e308, -1e308, 0.5, "", "42", "\u{FFFD}", [], [:], .int(now),
            .int(now + 300), "0123456789abcdef",
        ]
        for _ in 0..<3_000 {
            var payload: [String: JSONValue] = [:]
            for name in ["sub", "iat", "exp", "jti", "u", "auth"] { payload[name] = random.pick(values) }
            for version in ["s1", "r1", "v1"] {
                let text = SealedText.seal(.object(payload), version: version, key: TestBot.key)
                if let signed = try? SignedToken(text, key: TestBot.key, now: bot.clock.time) {
                    #expect(
                        version == "s1" && signed.expiresAt == now + 300
                            && signed.subject == payload["sub"]?.stringValue
                    )
                }
                #expect((try? ResumeToken(text, key: TestBot.key, now: bot.clock.time)) == nil)
                #expect((try? VisitorToken(text, key: TestBot.key, now: bot.clock.time)) == nil)
            }
        }
    }

    @Test func aTokenConnectsOnce() throws {
        let authorized = try authorize(token())
        #expect(try connect(authorized, "first=") == 200)
        let claim = try #require(bot.aws.table.item("s_42", "!token!0123456789abcdef"))
        #expect(claim["kind"]?.text == "token" && claim["usedBy"]?.text == "first=")
        #expect(claim["expiresAt"]?.integer == now + 300 + 120, "kept until the token is surely over")

        bot.clock.time = bot.clock.time.advanced(by: .seconds(5))
        let again = try authorize(token(["iat": .int(now - 5), "exp": .int(now + 295)]))
        #expect(!isDenied(again), "the authorizer has no table to look into")
        #expect(try connect(again, "second=") == 403)
        #expect(bot.outcome == "refused")
        #expect(bot.aws.table.item("s_42", "second=") == nil, "no session for a replayed token")

        #expect(try connect(try authorize(token(["jti": "another-token-id"])), "third=") == 200)
        #expect(try connect(try authorize(token(["sub": "43"])), "fourth=") == 200, "ids are each customer's own")
    }

    @Test func aLostAnswerIsNoReplay() throws {
        bot.aws.scripted["PutItem token"] = [.lost]
        #expect(try connect(try authorize(token())) == 200)
    }

    @Test func failsWhereTheTokenCannotBeUsedUp() throws {
        bot.aws.lasting["PutItem token"] = .error(500, "InternalServerError")
        let authorized = try authorize(token())
        #expect(throws: TableError.self) { try connect(authorized) }
        #expect(bot.aws.table.item("s_42", TestBot.connection) == nil)
    }

    @Test(
        arguments: [
            ["userId": "s_42"], ["userId": "s_42", "new": "false"],
            ["userId": "s_42", "tokenId": "x", "tokenExpiresAt": "1", "signedInAt": "1"],
            ["userId": "s_42", "tokenId": "0123456789abcdef", "signedInAt": "1"],
            [
                "userId": "s_42", "tokenId": "0123456789abcdef", "tokenExpiresAt": "99999999999999999999",
                "signedInAt": "1",
            ],
        ] as [[String: JSONValue]]
    )
    func connectsNobodyWithoutASignIn(_ context: [String: JSONValue]) throws {
        #expect(try connect(.object(["context": .object(context)])) == 403)
        #expect(bot.aws.table.items.isEmpty)
    }

    @Test func theWelcomesTokenResumes() throws {
        let authorized = try authorize(token())
        try connect(authorized, "first=")
        let welcome = try hello(authorized, nil, "first=")
        let resume = try #require(welcome.token)
        #expect(resume.hasPrefix("r1."))
        // The backend's token is over long ago; this one may be used again and again.
        for (hours, connection) in [(1, "second="), (2, "third="), (3, "fourth=")] {
            bot.clock.time = bot.clock.time.advanced(by: .seconds(3_600))
            let back = try authorize(resume)
            #expect(back["context"]?["userId"] == "s_42" && back["context"]?["tokenId"] == nil, "\(hours)")
            #expect(try connect(back, connection) == 200)
            let again = try hello(back, welcome.chatId, connection)
            #expect(again.chatId == welcome.chatId)
            #expect(again.token != resume)
        }
        bot.clock.time = bot.clock.time.advanced(by: .seconds(3_600))
        #expect(isDenied(try authorize(resume)), "four hours")
    }

    @Test func resumingEndsTwelveHoursAfterTheSignIn() throws {
        let start = now
        var authorized = try authorize(token())
        try connect(authorized)
        var last: String?
        for _ in 0..<30 {
            guard let next = try hello(authorized).token else { break }
            last = next
            bot.clock.time = bot.clock.time.advanced(by: .seconds(1_800))
            let answer = try authorize(next)
            if isDenied(answer) { break }
            authorized = answer
            bot.aws.forget()
        }
        #expect(last != nil && now - start == 12 * 3_600)
        #expect(try hello(authorized).token == nil, "the backend must vouch again")
    }
}
