import AWSCore
import BotContract
import Testing

@testable import Bot

/// When an issuer's keys are fetched, and what happens when they change or cannot be had.
struct KeySetSourceTests {
    private static let url = JSONWebTokenTests.jwks
    private let bot = TestBot()
    private let source: KeySetSource
    /// P-256's own base point: a key without a key pair.
    private static let point =
        #""x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU""#

    init() throws {
        source = try KeySetSource(url: Self.url, try bot.context(.authorize))
    }

    private func set(_ ids: String...) -> FakeAnswer {
        let keys = ids.map { #"{"kty":"EC","crv":"P-256","kid":"\#($0)",\#(Self.point)}"# }
        return .response(200, Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
    }

    private func token(_ id: String) throws -> JSONWebToken {
        let header = base64URLEncode(JSONValue.object(["alg": "ES256", "kid": .string(id)]).encoded())
        return try JSONWebToken("\(header).e30.AAAA")
    }

    private func count(_ id: String) throws -> Int {
        try source.keys(for: try token(id), deadline: bot.clock.time.advanced(by: .seconds(10))).count
    }

    private func pass(_ seconds: Int64) { bot.clock.time = bot.clock.time.advanced(by: .seconds(seconds)) }
    private var fetches: Int { bot.web.urls.count }

    @Test func keepsTheKeysForTenMinutes() throws {
        bot.web.answers[Self.url] = [set("a"), set("b")]
        #expect(try count("a") == 1)
        pass(599)
        #expect(try count("a") == 1)
        #expect(fetches == 1)
        pass(1)
        #expect(try count("a") == 0, "the issuer withdrew it")
        #expect(try count("b") == 1)
        #expect(fetches == 2)
    }

    @Test func followsARotationAtOnceButNotForEverybody() throws {
        bot.web.answers[Self.url] = [set("a"), set("a", "b")]
        #expect(try count("a") == 1)
        #expect(try count("b") == 0, "looked a moment ago")
        #expect(fetches == 1)
        pass(30)
        #expect(try count("b") == 1)
        #expect(try count("a") == 1)
        #expect(fetches == 2)
        for number in 0..<500 { #expect(try count("made-up-\(number)") == 0) }
        #expect(fetches == 2, "made-up ids fetch nothing")
        for _ in 0..<10 {
            pass(10)
            #expect(try count("made-up") == 0)
        }
        #expect(fetches == 5)
    }

    @Test func livesThroughAnUnreachableIssuer() throws {
        bot.web.answers[Self.url] = [set("a"), .failure(.timeout)]
        #expect(try count("a") == 1)
        pass(3_599)
        #expect(try count("a") == 1, "the last keys do for an hour")
        pass(1)
        #expect(throws: KeySetError.self) { try count("a") }
        let before = fetches
        #expect(throws: KeySetError.self) { try count("a") }
        #expect(fetches == before, "not tried again at once")
        bot.web.answers[Self.url] = [set("a")]
        pass(2)
        #expect(try count("a") == 1)
    }

    @Test func anUnknownKeyOfAnUnreachableIssuerIsRefused() throws {
        bot.web.answers[Self.url] = [set("a"), .failure(.connect)]
        #expect(try count("a") == 1)
        pass(31)
        #expect(try count("b") == 0)
        pass(5)
        #expect(try count("b") == 0)
        #expect(fetches == 2, "and not asked for again within the half minute")
        #expect(try count("a") == 1)
        #expect(bot.logs.count == 1)
    }

    @Test(
        arguments: [
            .failure(.connect), .failure(.tls), .failure(.timeout), .response(404, []), .response(301, []),
            .response(500, Array(#"{"keys":[]}"#.utf8)), .response(200, Array("<html>".utf8)), .response(200, []),
            .stream([Array(#"{"keys":["#.utf8)], breaks: true),
        ] as [FakeAnswer]
    )
    func failsWithoutAnyKeys(_ answer: FakeAnswer) throws {
        bot.web.answers[Self.url] = [answer]
        let error = #expect(throws: KeySetError.self) { try count("a") }
        #expect(error?.detail.isEmpty == false)
    }

    @Test func readsNoEndlessAnswer() throws {
        let chunk = [UInt8](repeating: 0x20, count: 64 * 1024)
        bot.web.answers[Self.url] = [.stream(Array(repeating: chunk, count: 1_000), breaks: false)]
        #expect(throws: KeySetError.self) { try count("a") }
        #expect(bot.web.chunksRead == 5)
    }

    @Test func asksNoLongerThanTheInvocationLasts() throws {
        bot.web.answers[Self.url] = [set("a")]
        let token = try token("a")
        _ = try source.keys(for: token, deadline: bot.clock.time.advanced(by: .milliseconds(500)))
        #expect(bot.web.timeouts == [.milliseconds(500)])
        let other = try KeySetSource(url: Self.url, try bot.context(.authorize))
        #expect(throws: KeySetError.self) { try other.keys(for: token, deadline: bot.clock.time) }
        #expect(fetches == 1)
    }

    @Test func survivesAClockThatIsSetBack() throws {
        bot.web.answers[Self.url] = [set("a"), set("b")]
        #expect(try count("a") == 1)
        pass(-100_000)
        #expect(try count("b") == 1)
    }

    @Test(
        arguments: [
            ("https://id.example.com/keys", "https://id.example.com/keys"),
            ("https://ID.example.com:8443/a/b/", "https://id.example.com:8443/a/b/"),
            ("https://id.example.com", "https://id.example.com/"),
            ("https://x.b2clogin.com/t/keys?p=b2c_1&x=%2F#top", "https://x.b2clogin.com/t/keys?p=b2c_1&x=%2F"),
            ("http://id.example.com/keys", nil), ("https://", nil), ("id.example.com/keys", nil),
            ("https://user@id.example.com/keys", nil), ("https://id.example.com/ke ys", nil),
            ("https://id.example.com/k?a=%zz", nil),
        ] as [(String, String?)]
    )
    func readsAddresses(_ url: String, _ asked: String?) {
        #expect(WebRequest.make("GET", url)?.url == asked)
    }

    @Test func needsItsSettingsToStart() throws {
        for auth in [
            BotConfiguration.Auth(mode: .jwt), .init(mode: .jwt, issuer: "https://a", audience: "b"),
            .init(mode: .jwt, issuer: "https://a", audience: "b", jwksUrl: "http://a/keys"),
        ] {
            let bot = TestBot { $0.auth = auth }
            #expect(throws: InitError.self) { _ = try BotFunction(.authorize, try bot.context(.authorize)) }
        }
    }

    @Test func jwtModeWelcomesWithoutAToken() throws {
        let bot = TestBot {
            $0.auth = .init(mode: .jwt, issuer: "https://a", audience: "b", jwksUrl: "https://a/keys")
        }
        try bot.connect(user: "j_0123456789ab_42")
        try bot.send(.hello, .hello(chatId: nil), user: "j_0123456789ab_42")
        guard case .welcome(_, let token, _)? = bot.aws.frames.last else {
            Issue.record("no welcome: \(bot.aws.frames)")
            return
        }
        #expect(token == nil)
        #expect(!bot.aws.events.contains { $0.contains("GetParameter") })
    }
}
