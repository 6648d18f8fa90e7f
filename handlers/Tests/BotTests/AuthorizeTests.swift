import AWSCore
import BotContract
import TestSupport
import Testing

@testable import Bot

struct AuthorizeTests {
    private let bot = TestBot()
    private static let arn = "arn:aws:execute-api:us-east-2:123456789012:a1b2c3d4/dev/$connect"

    private static func event(
        tokens: [String]? = nil,
        single: String? = nil,
        headers: [String: JSONValue] = [:]
    ) -> JSONValue {
        guard case .object(var event) = TestBot.event("$connect", type: "CONNECT", user: nil) else { return .null }
        event["type"] = "REQUEST"
        event["methodArn"] = .string(arn)
        event["headers"] = .object(headers)
        if let tokens {
            event["multiValueQueryStringParameters"] = .object(["token": .array(tokens.map { .string($0) })])
            event["queryStringParameters"] = .object(["token": .string(tokens.last ?? "")])
        }
        if let single { event["queryStringParameters"] = .object(["token": .string(single)]) }
        return .object(event)
    }

    private func token(
        user: String = TestBot.user,
        key: [UInt8] = TestBot.key,
        issued: Duration = .zero,
        lifetime: Duration = .days(30)
    ) -> String {
        VisitorToken(userId: user, issuedAt: bot.clock.time.advanced(by: issued), lifetime: lifetime).signed(with: key)
    }

    private func isDenied(_ answer: JSONValue) -> Bool {
        let statement = answer["policyDocument"]?["Statement"]?[0]
        return statement?["Effect"] == "Deny" && answer["context"] == nil
            && statement?["Resource"]?.stringValue == Self.arn
    }

    @Test func makesANewVisitorWithoutAToken() throws {
        let answer = try bot.serve(.authorize, Self.event())
        let user = try #require(answer["context"]?["userId"]?.stringValue)
        #expect(user.hasPrefix("v_") && user.utf8.count == 24)
        #expect(answer["context"]?["new"] == "true")
        #expect(answer["principalId"]?.stringValue == user)
        #expect(answer["policyDocument"]?["Version"] == "2012-10-17")
        let statement = try #require(answer["policyDocument"]?["Statement"]?[0])
        #expect(
            statement
                == .object([
                    "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": .string(Self.arn),
                ])
        )
        let again = try bot.serve(.authorize, Self.event())["context"]?["userId"]?.stringValue
        #expect(again != user)
        #expect(bot.aws.events.isEmpty, "a new visitor needs no key")
    }

    @Test func knowsAVisitorByTheToken() throws {
        for event in [Self.event(tokens: [token()]), Self.event(single: token())] {
            let answer = try bot.serve(.authorize, event)
            #expect(answer["context"] == .object(["userId": .string(TestBot.user), "new": "false"]))
        }
    }

    @Test func refusesEveryOtherToken() throws {
        let good = token()
        let parts = good.split(separator: ".").map(String.init)
        var tampered = Array(good.utf8)
        tampered[10] ^= 1
        let unpadded = String(good.dropLast()) + (good.hasSuffix("A") ? "B" : "A")
        let bad: [String] = [
            "", "x", "...", "v1..", good + ".", good + "=", good + " ", "v2." + parts[1] + "." + parts[2],
            String(decoding: tampered, as: UTF8.self), unpadded, parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".", good.uppercased(),
            token(key: [UInt8](repeating: 8, count: 32)),
            token(lifetime: .seconds(0)), token(issued: .days(-31)), token(issued: .seconds(300)),
            token(user: "admin"), token(user: "v_short"), token(user: "v_" + String(repeating: "!", count: 22)),
            String(repeating: "a", count: 2_049), String(repeating: "a.", count: 100_000),
        ]
        for text in bad {
            #expect(isDenied(try bot.serve(.authorize, Self.event(single: text))), "\(text.prefix(60))")
            #expect(bot.outcome == "refused")
        }
        #expect(isDenied(try bot.serve(.authorize, Self.event(tokens: [good, good]))), "repeated")
    }

    @Test func refusesTensOfThousandsOfForgedTokens() throws {
        var random = SeededGenerator(seed: 42)
        let good = Array(token().utf8)
        let alphabet = Array("abcXYZ019-_.=+/%\u{0}".utf8)
        let now = bot.clock.time
        for _ in 0..<40_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = random.pick(alphabet)
                case 1: bytes.remove(at: at)
                default: bytes.insert(random.pick(alphabet), at: at)
                }
            }
            let forged = try? VisitorToken(String(decoding: bytes, as: UTF8.self), key: TestBot.key, now: now)
            #expect(bytes == good || forged == nil)
        }
    }

    @Test func readsBackWhatItSigns() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let key = random.bytes(32)
            let user = "v_" + base64URLEncode(random.bytes(16))
            let issued = Timestamp(seconds: Int64.random(in: 0...4_000_000_000, using: &random))
            let token = VisitorToken(userId: user, issuedAt: issued)
            let text = token.signed(with: key)
            #expect(text.utf8.count < 200)
            #expect((try? VisitorToken(text, key: key, now: issued.advanced(by: .days(29)))) == token)
            #expect((try? VisitorToken(text, key: key, now: issued.advanced(by: .days(30)))) == nil)
        }
    }

    @Test func keepsTheKeyForAWhile() throws {
        func calls() -> Int { bot.aws.events.filter { $0 == "begin GetParameter" }.count }
        try bot.serve(.authorize, Self.event(single: token()))
        bot.clock.time = bot.clock.time.advanced(by: .seconds(299))
        try bot.serve(.authorize, Self.event(single: token()))
        #expect(calls() == 1)
        let newKey = [UInt8](repeating: 9, count: 32)
        bot.aws.tokenKey = base64Encode(newKey)
        bot.clock.time = bot.clock.time.advanced(by: .seconds(1))
        #expect(isDenied(try bot.serve(.authorize, Self.event(single: token()))), "the old key is forgotten")
        #expect(calls() == 2)
        #expect(!isDenied(try bot.serve(.authorize, Self.event(single: token(key: newKey)))))
    }

    @Test(arguments: ["", "not base64!", base64Encode([1, 2, 3]), base64Encode([UInt8](repeating: 0, count: 33))])
    func failsOnAnUnusableKey(_ value: String) throws {
        bot.aws.tokenKey = value
        #expect(throws: TokenKeyError.self) { try bot.serve(.authorize, Self.event(single: token())) }
    }

    @Test(
        arguments: [
            (["Origin": "https://shop.example"], true), (["origin": "https://shop.example"], true),
            (["ORIGIN": "https://shop.example"], true), (["Origin": "https://shop.example.evil.com"], false),
            (["Origin": "http://shop.example"], false), (["Origin": "null"], false), ([:], false),
            (["Origin": "https://Shop.example"], false),
            (["Origin": "https://shop.example", "origin": "https://evil.example"], false),
        ] as [([String: JSONValue], Bool)]
    )
    func allowsOnlyTheOriginsOfTheSpec(_ headers: [String: JSONValue], _ isAllowed: Bool) throws {
        let bot = TestBot { $0.auth.allowedOrigins = ["https://shop.example", "https://www.shop.example"] }
        #expect(isDenied(try bot.serve(.authorize, Self.event(headers: headers))) != isAllowed)
    }

    @Test func needsAKeyParameterToStart() {
        #expect(throws: InitError.self) {
            var context = try bot.context(.authorize)
            context.environment.tokenKeyParameter = nil
            _ = try BotFunction(.authorize, context)
        }
    }
}
