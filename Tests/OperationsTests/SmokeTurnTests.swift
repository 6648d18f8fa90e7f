import AWSClients
import BotContract
import Testing

@testable import Operations

extension FakeBot {
    /// Finds the smoke turn's reply in its table.
    static func thatRemembers() -> FakeBot {
        let bot = FakeBot()
        let reply = SmokeTurn.question.uppercased()
        bot.stored = [ChatMessage(id: "1", messageId: "m1", role: .bot, text: reply, createdAt: 1)]
        return bot
    }
}

@Suite struct SmokeTurnTests {
    @Test func aDeployedBotIsTried() throws {
        let fixture = Fixture()
        fixture.bot.turn = { [bot = fixture.bot] id, message in
            bot.uptime += .milliseconds(70)
            return [
                .success(.delta(messageId: id, seq: 0, text: "HELLO")),
                .success(.done(messageId: id, text: message.uppercased(), citations: [], usage: nil)),
            ]
        }
        let result = try fixture.deploy()
        #expect(result.smoke == SmokeTurn.Report(connect: 0, firstWords: 70, reply: 70, stored: 0))
        #expect(fixture.bot.received.count == 3, "hello, the question, and hello again")
        #expect(fixture.bot.urls.last?.hasSuffix("?token=t1") == true, "the customer comes back as the same one")
        #expect(fixture.bot.closed == 2)
        #expect(fixture.host.events.contains(.smoking(stack: "shop-dev")))
    }

    @Test func whatDidNotChangeIsNotTried() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let before = fixture.bot.received.count
        #expect(try fixture.deploy().smoke == nil)
        fixture.spec += "throttling: { rate: 7 }\n"
        #expect(try Deploy.run(fixture.context, fixture.host, options: .init(smokes: false)).smoke == nil)
        #expect(fixture.bot.received.count == before)
    }

    @Test func aBotWithoutMemoryIsNotReadBack() throws {
        let fixture = Fixture()
        fixture.spec += "history: { turns: 0 }\n"
        let smoke = try #require(try fixture.deploy().smoke)
        #expect(smoke.stored == nil && fixture.bot.received.count == 2)
    }

    @Test func ofSignedCustomersTheKeyIsUsed() throws {
        let fixture = Fixture()
        fixture.spec += "auth: { mode: signed }\n"
        #expect(try fixture.deploy().smoke != nil)
        #expect(fixture.bot.urls.first?.contains("?token=") == true)
    }

    @Test func ofJWTCustomersNobodyCanBeMade() throws {
        let fixture = Fixture()
        fixture.spec +=
            "auth: { mode: jwt, issuer: https://id.example.com, audience: bot, jwksUrl: https://id.example.com/keys }\n"
        #expect(try fixture.deploy().smoke == nil)
        #expect(fixture.bot.urls.isEmpty)
    }

    /// Each part that fails says which it was; the stack stays deployed.
    @Test(
        arguments: [
            ("refused", "a customer could not connect"), ("silent", "the bot did not answer"),
            ("denied", "the bot did not answer"), ("forgets", "the reply was not stored"),
        ]
    )
    func aFailureSaysWhichPartItWas(_ fault: String, _ words: String) throws {
        let fixture = Fixture()
        switch fault {
        case "refused":
            fixture.bot.refusals = [.refused(status: 403, headers: [:], body: [])]
        case "silent": fixture.bot.turn = { _, _ in [] }
        case "denied":
            fixture.bot.turn = { id, _ in
                [
                    .success(
                        .error(
                            code: "model_unavailable",
                            message: "You don't have access to the model with the specified model ID.",
                            messageId: id,
                            retryAfter: nil
                        )
                    )
                ]
            }
        default: fixture.bot.stored = []
        }
        let error = #expect(throws: OperationError.self) { try fixture.deploy() }
        #expect(error?.code == .smoke && error?.message.hasSuffix(words) == true, "\(String(describing: error))")
        #expect((error?.details.contains { $0.hasPrefix("AWS101: ") } == true) == (fault == "denied"))
        #expect(fixture.stack?.status == "CREATE_COMPLETE")
        #expect(fixture.bot.closed == fixture.bot.connections.count || fault == "refused")
    }
}
