import AWSCore
import BotContract
import Testing

@testable import Bot

/// What changes something is done when the customer says so in a frame, once, and with the input that was shown.
struct ConfirmationTests {
    private let bot: TestBot

    init() throws {
        bot = TestBot { $0.tools = [.lambda("cancelOrder", confirm: true), .lambda("orderStatus")] }
        try bot.connect()
        bot.aws.function = { _ in .json(["cancelled": true]) }
        script(
            Wire.calls((name: "cancelOrder", input: ["order": "A-1001"])),
            Wire.converse("Shall I cancel A-1001?")
        )
    }

    private func script(_ answers: FakeAnswer...) { bot.aws.models = [TestBot.model: answers] }

    private func propose() throws -> BotContract.Confirmation {
        try bot.ask("Cancel my order A-1001")
        return try #require(bot.lastDone?.confirmation)
    }

    /// A moment later: turns are ordered by time.
    private func confirm(_ id: String, as messageId: String = "m2", connection: String = TestBot.connection) throws {
        bot.clock.time = bot.clock.time.advanced(by: .seconds(1))
        try bot.send(.sendMessage, .confirm(id: id, messageId: messageId), connection: connection)
    }

    private var reply: Item? { bot.chatMessages.first { $0["confirmation"] != nil } }

    @Test func nothingIsDoneBeforeTheCustomerConfirms() throws {
        let asked = try propose()
        #expect(bot.aws.invocations.isEmpty)
        #expect(bot.toolResults[0].text.hasPrefix("Nothing has been done yet."))
        #expect(bot.lastDone?.text == "Shall I cancel A-1001?")
        #expect(asked.tool == "cancelOrder" && asked.input == #"{"order":"A-1001"}"#)
        #expect(asked.expiresAt == bot.clock.time.milliseconds + 15 * 60_000)
        #expect(asked.id == reply?["turnId"]?.text)
        bot.aws.forget()
        try bot.ask("Cancel my order A-1001")
        #expect(bot.lastDone?.confirmation == asked, "a message sent again is asked about again")
        #expect(bot.aws.modelBodies.isEmpty)
    }

    @Test func theConfirmedCallIsMadeOnceAndWorded() throws {
        let asked = try propose()
        bot.aws.forget()
        script(Wire.converse("A-1001 is cancelled."))
        try confirm(asked.id)
        #expect(bot.aws.invocations.map { $0.payload["input"] } == [["order": "A-1001"]])
        #expect(bot.aws.invocations[0].payload["caller"]?["messageId"] == "m2")
        #expect(bot.toolResults.map(\.text) == [#"{"cancelled":true}"#])
        #expect(bot.lastDone?.text == "A-1001 is cancelled.")
        #expect(bot.lastDone?.confirmation == nil)
        #expect(bot.chatMessages.map { $0["text"]?.text }[2...] == ["✓ cancelOrder", "A-1001 is cancelled."])
        bot.aws.forget()
        try confirm(asked.id)
        #expect(bot.lastDone?.text == "A-1001 is cancelled.", "sent again, it is answered from the store")
        try confirm(asked.id, as: "m3")
        #expect(bot.errors.map(\.code) == ["unknown_confirmation"], "another message confirms nothing more")
        #expect(bot.aws.invocations.count == 1)
        #expect(bot.aws.modelBodies.isEmpty)
    }

    @Test func whatTheCustomerOrTheModelWritesConfirmsNothing() throws {
        let asked = try propose()
        script(
            Wire.calls((name: "cancelOrder", input: ["order": "A-1001"])),
            Wire.converse("Please confirm with the button.")
        )
        try bot.ask("\nconfirm \(asked.id)", id: "m2")
        try bot.ask("yes, I confirm, do it", id: "m3")
        #expect(bot.aws.invocations.isEmpty)
    }

    @Test func aConfirmationExpires() throws {
        let asked = try propose()
        bot.clock.time = bot.clock.time.advanced(by: .seconds(15 * 60))
        bot.aws.forget()
        try confirm(asked.id)
        #expect(bot.errors.map(\.code) == ["unknown_confirmation"])
        #expect(bot.aws.invocations.isEmpty && bot.aws.modelBodies.isEmpty)
        #expect(bot.errors[0].messageId == "m2")
    }

    @Test func anotherCustomersConfirmationIsNone() throws {
        let asked = try propose()
        let other = "v_BBBBBBBBBBBBBBBBBBBBBB"
        try bot.connect("Other=", user: other)
        bot.aws.forget()
        try bot.send(.sendMessage, .confirm(id: asked.id, messageId: "m2"), connection: "Other=", user: other)
        #expect(bot.errors.map(\.code) == ["unknown_confirmation"])
        #expect(bot.aws.invocations.isEmpty && reply?["confirmedBy"] == nil)
    }

    @Test func whatWasNeverAskedIsNothingToConfirm() throws {
        script(Wire.converse("Hello."))
        try bot.ask("Hello", id: "m1")
        let turn = try #require(bot.chatMessages.last?["turnId"]?.text)
        bot.aws.forget()
        for id in ["01HZ3V9R4YB0E2M8K6T1QWXCNA", turn] {
            try confirm(id)
            #expect(bot.errors.last?.code == (id == turn ? "message_id_reused" : "unknown_confirmation"))
            try confirm(id, as: "m3-\(id)")
            #expect(bot.errors.last?.code == "unknown_confirmation")
        }
        #expect(bot.aws.invocations.isEmpty && bot.aws.modelBodies.isEmpty)
    }

    /// Two invocations at the same time, on two connections of the chat: the second meets the first one's mark.
    @Test func ofTwoAtOnceOneCalls() throws {
        let asked = try propose()
        script(Wire.converse("Cancelled."))
        var isInside = false
        bot.aws.before["UpdateItem bot"] = { [bot] in
            isInside = true
            // The other one got there first, under another message.
            let key = bot.aws.table.items.first { $0.value["confirmation"] != nil }?.key ?? ""
            bot.aws.table.items[key]?["confirmedBy"] = .string("01HZ3V9R4YB0E2M8K6T1QWXCNA")
            bot.aws.table.items[key]?["confirmedIn"] = .string("other")
        }
        bot.aws.forget()
        try confirm(asked.id)
        #expect(isInside)
        #expect(bot.errors.map(\.code) == ["unknown_confirmation"])
        #expect(bot.aws.invocations.isEmpty)
    }

    @Test func aLostAnswerToTheMarkIsNoSecondCall() throws {
        let asked = try propose()
        script(Wire.converse("Cancelled."))
        bot.aws.scripted["UpdateItem bot"] = [.lost]
        try confirm(asked.id)
        #expect(bot.aws.invocations.count == 1, "a retry knows its own mark")
        #expect(bot.lastDone?.text == "Cancelled.")
    }

    /// The model fails after the call: the customer sends the same message again.
    @Test func aTurnThatFailsAfterTheCallIsWordedWithoutAnother() throws {
        let asked = try propose()
        script(.error(400, "ValidationException"))
        bot.aws.models[TestBot.fallback] = [.error(400, "ValidationException")]
        bot.aws.forget()
        try confirm(asked.id)
        #expect(bot.errors.map(\.code) == ["model_failed"])
        #expect(bot.aws.invocations.count == 1)
        script(Wire.converse("Cancelled."))
        try confirm(asked.id)
        #expect(bot.aws.invocations.count == 1)
        #expect(bot.toolResults.map(\.text) == [#"{"cancelled":true}"#], "what was stored is what is worded")
        #expect(bot.lastDone?.text == "Cancelled.")
    }

    /// The invocation dies between the mark and the answer: nobody knows what came of it, and nobody tries again.
    @Test func aTurnThatDiedIsNotTriedAgain() throws {
        let asked = try propose()
        script(.error(400, "ValidationException"))
        bot.aws.models[TestBot.fallback] = [.error(400, "ValidationException")]
        try confirm(asked.id)
        let key = try #require(bot.aws.table.items.first { $0.value["confirmation"] != nil }?.key)
        bot.aws.table.items[key]?["confirmResult"] = nil
        script(Wire.converse("I do not know whether it was done."))
        try confirm(asked.id)
        #expect(bot.aws.invocations.count == 1)
        #expect(bot.toolResults.map(\.status) == ["error"])
        #expect(bot.toolResults[0].text.contains("not known whether it was done"))
    }

    @Test(arguments: [FakeAnswer.failure(.timeout), .lost, .functionError(Array("{}".utf8)), .error(503, "Busy")])
    func aConfirmedCallIsNeverRepeated(_ answer: FakeAnswer) throws {
        let asked = try propose()
        script(Wire.converse("I do not know whether it was done."))
        bot.aws.scripted["Invoke"] = [answer]
        try confirm(asked.id)
        #expect(bot.aws.events.filter { $0 == "begin Invoke" }.count == 1)
        #expect(bot.toolResults[0].text.contains("It is not known whether it was done"))
    }

    @Test func aCallThatWasRefusedIsKnownNotToBeDone() throws {
        let asked = try propose()
        script(Wire.converse("It does not work."))
        bot.aws.scripted["Invoke"] = [.error(403, "AccessDeniedException")]
        try confirm(asked.id)
        #expect(bot.toolResults[0].text.contains("does not work right now"))
    }

    @Test func oneCallIsAskedAboutAtATime() throws {
        script(
            Wire.calls((name: "cancelOrder", input: ["order": "1"]), (name: "cancelOrder", input: ["order": "2"])),
            Wire.converse("Shall I cancel 1?")
        )
        #expect(try propose().input == #"{"order":"1"}"#)
        #expect(bot.toolResults.map(\.status) == ["success", "error"])
    }

    @Test func aToolThatIsGoneIsNotCalled() throws {
        let asked = try propose()
        let other = TestBot { $0.tools = [.lambda("orderStatus")] }
        other.aws.table.items = bot.aws.table.items
        other.aws.models = [TestBot.model: [Wire.converse("It is not possible any more.")]]
        try other.send(.sendMessage, .confirm(id: asked.id, messageId: "m2"))
        #expect(other.toolResults[0].text.contains("does not exist any more"))
    }

    @Test func historyShowsWhatStillWaits() throws {
        let asked = try propose()
        bot.aws.forget()
        try bot.send(.history, .history(before: nil))
        guard case .history(let messages, _) = bot.aws.frames.last else {
            Issue.record("no history")
            return
        }
        #expect(messages.map(\.confirmation) == [nil, asked])
        script(Wire.converse("Cancelled."))
        try confirm(asked.id)
        try bot.send(.history, .history(before: nil))
        guard case .history(let later, _) = bot.aws.frames.last else { return }
        #expect(later.allSatisfy { $0.confirmation == nil })
    }
}
