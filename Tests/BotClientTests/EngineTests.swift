import Testing

@testable import BotClient

/// What the JavaScript client's tests ask of it (Tests/Web/client.test.mjs), asked of this one.
@Suite struct EngineTests {
    private func started(_ world: World = World()) -> World {
        world.connect()
        world.welcome()
        return world
    }

    @Test func aTurn() throws {
        let world = World()
        world.connect()
        #expect(world.engine.state == .connecting && world.dials == [nil])
        #expect(world.welcome() == [["action": "hello"]])
        #expect(world.engine.state == .ready && world.arrivals == [.success(true)])
        try world.send("How long?", "a")
        #expect(world.take() == [frame("How long?", "a")])
        world.say(delta("a", 0, "30 "), delta("a", 1, "da"), delta("a", 1, "twice"), delta("b", 0, "other"))
        #expect(world.messages == ["customer sent: How long?", "bot streaming: 30 da"])
        world.say(done("a", "30 days"), done("a", "again"))
        var answer = Answer(messageId: "a", text: "30 days", citations: [])
        answer.usage = nil
        #expect(world.replies["a"] == [.delta("30 "), .delta("da"), .delta("ys"), .done(answer)])
        #expect(world.events.filter { $0 == .done(answer) }.count == 1)
        #expect(world.record == ChatRecord(token: "t1", chatId: "c1", pending: []))
    }

    @Test func theTextOfDoneCounts() throws {
        let world = started()
        try world.send("x", "a")
        world.say(delta("a", 0, "half a"), done("a", "Sorry."))
        #expect(world.messages.last == "bot done: Sorry.")
        #expect(world.replies["a"]?.count == 2)
    }

    @Test func messagesGoOutOneAtATime() throws {
        let world = World()
        try world.send("one", "a")
        try world.send("two", "b")
        #expect(world.take() == [])
        #expect(world.welcome().last == ["action": "hello"] && world.take() == [frame("one", "a")])
        world.say(done("a", "1"))
        #expect(world.take() == [frame("two", "b")])
    }

    @Test func aBrokenConnectionIsMadeAnew() throws {
        let world = started()
        try world.send("one", "a")
        world.say(delta("a", 0, "30 "))
        world.breakOff()
        #expect(world.engine.state == .waiting && world.delays == [375])
        world.pass(375)
        #expect(world.dials == [nil, "t1"])
        _ = world.take()
        #expect(world.welcome() == [["action": "hello", "chatId": "c1"]])
        #expect(world.take() == [frame("one", "a")])
        world.say(delta("a", 0, "30 "), delta("a", 1, "days"), done("a", "30 days"))
        #expect(world.replies["a"]?.prefix(2) == [.delta("30 "), .delta("days")])
    }

    @Test func aReplyThatWasMissedComesFromTheHistory() throws {
        let world = started()
        try world.send("one", "a")
        _ = world.take()
        world.breakOff()
        world.pass(1000)
        world.welcome(history: "[\(stored(0, "a", "one")),\(stored(1, "a", "1", bot: true))]")
        #expect(world.take() == [] && world.messages == ["customer done: one", "bot done: 1"])
        #expect(world.replies["a"]?.last == .done(Answer(messageId: "a", text: "1", citations: [])))
    }

    @Test func waitsGrowAndEndAtAMinute() {
        let world = World()
        world.connect()
        for random in [0.0, 1, 0, 1, 0, 1, 0, 1, 0] {
            world.time.random.withLock { $0 = random }
            world.breakOff()
            world.pass(world.delays.last ?? 0)
        }
        #expect(world.delays == [250, 1000, 1000, 4000, 4000, 16000, 16000, 60000, 30000])
    }

    @Test func aBotThatHangsUpAfterWelcomeIsNotAskedEverFaster() {
        let world = World()
        world.connect()
        for _ in 0..<4 {
            world.welcome()
            world.breakOff()
            world.pass(world.delays.last ?? 0)
        }
        #expect(world.delays == [375, 750, 1500, 3000])
        world.welcome()
        world.pass(31_000)
        world.breakOff()
        #expect(world.delays.last == 375)
    }

    @Test func noAnswerIsGivenUpInTheEnd() throws {
        let world = started()
        try world.send("x", "a")
        for sends in 1...6 {
            #expect(world.take().filter { $0["action"] == "sendMessage" } == [frame("x", "a")], "\(sends)")
            world.pass(30_000)
            if sends < 6 {
                world.pass(60_000)
                world.welcome()
            }
        }
        #expect(world.failures["a"]?.code == "no_answer" && world.messages == ["customer failed: x"])
    }

    @Test func aReplyThatKeepsComingMayTakeLong() throws {
        let world = started()
        try world.send("x", "a")
        for part in 0..<10 {
            world.pass(29_000)
            world.say(delta("a", part, "."))
        }
        #expect(world.engine.state == .ready && world.dials.count == 1)
    }

    @Test func turnInProgressIsAskedAgain() throws {
        let world = started()
        try world.send("x", "a")
        _ = world.take()
        world.say(failure("turn_in_progress", "a", retryAfter: 3))
        world.pass(2999)
        #expect(world.take() == [])
        world.pass(1)
        #expect(world.take() == [frame("x", "a")])
    }

    @Test func aFailedTurnIsToldAndTheNextGoesOut() throws {
        let world = started()
        try world.send("x", "a")
        try world.send("y", "b")
        world.say(delta("a", 0, "ha"), failure("model_busy", "a", retryAfter: 2))
        #expect(world.failures["a"] == BotError("model_busy", "m", messageId: "a", retryAfter: 2))
        #expect(world.failures["a"]?.isRetryable == true)
        #expect(world.messages == ["customer failed: x", "customer sent: y"])
        #expect(world.take() == [frame("x", "a"), frame("y", "b")])
    }

    @Test func theGatewaysOwnErrorsDoNotLastForEver() throws {
        let world = started()
        try world.send("x", "a")
        var delays = 0
        for _ in 0..<5 {
            world.say(#"{"message":"Internal server error"}"#)
            world.pass(1000 << delays)
            delays += 1
        }
        #expect(world.take().count == 6)
        world.say(#"{"message":"Internal server error"}"#)
        #expect(world.failures["a"]?.code == "gateway")
    }

    @Test func noSessionConnectsAgain() throws {
        let world = started()
        try world.send("x", "a")
        _ = world.take()
        world.say(failure("no_session", "a"))
        #expect(world.engine.state == .waiting)
        world.pass(1000)
        world.welcome()
        #expect(world.take() == [frame("x", "a")])
    }

    @Test func aRefusedHelloWaits() {
        let world = World()
        world.connect()
        world.engine.opened(dial: world.engine.dial)
        world.say(failure("rate_limited", retryAfter: 7))
        #expect(world.delays == [7000] && world.engine.state == .waiting)
    }

    @Test func noWelcomeOrNoConnectionIn15Seconds() {
        let world = World()
        world.connect()
        world.pass(15_000)
        #expect(world.engine.state == .waiting)
        world.pass(375)
        world.engine.opened(dial: world.engine.dial)
        world.settle()
        world.pass(14_999)
        #expect(world.engine.state == .connecting)
        world.pass(1)
        #expect(world.engine.state == .waiting)
    }

    @Test func signsOfLife() {
        let world = started()
        world.answersPings = false
        world.pass(9 * 60_000 - 1)
        #expect(world.take() == [])
        world.pass(1)
        #expect(world.take() == [["action": "ping"]])
        world.say(#"{"type":"pong"}"#)
        world.pass(9 * 60_000)
        #expect(world.take() == [["action": "ping"]])
        world.pass(10_000)
        #expect(world.engine.state == .waiting)
    }

    @Test func aNewConnectionBeforeTheOldOneIsCut() throws {
        let world = started()
        world.pass(100 * 60_000)
        try world.send("x", "a")
        // Half of the five minutes' spread: due at 112.5 minutes, but not in a reply.
        for part in 0..<40 {
            world.pass(25_000)
            world.say(delta("a", part, "."))
        }
        #expect(world.dials.count == 1)
        world.say(done("a", "whole"))
        #expect(world.dials == [nil, "t1"])
    }

    @Test func whatIsKeptIsUsedAgain() {
        let kept = ChatRecord(
            token: "kept",
            chatId: "c9",
            pending: [.init(messageId: "a", text: "x"), .init(messageId: "bad id", text: "y")]
        )
        let world = World(kept: kept)
        world.connect()
        #expect(world.dials == ["kept"] && world.messages == ["customer queued: x"])
        #expect(world.welcome("c9") == [["action": "hello", "chatId": "c9"]])
        #expect(world.take() == [frame("x", "a")])
    }

    @Test func aRefusedTokenIsDropped() {
        let world = World(kept: ChatRecord(token: "old", chatId: "c1", pending: []))
        world.connect()
        world.breakOff(isRefused: true)
        world.pass(1000)
        world.breakOff()
        world.pass(1000)
        #expect(world.dials == ["old", nil, nil])
        #expect(world.events.contains { if case .error(let error) = $0 { error.code == "refused" } else { false } })
    }

    @Test func aCustomersTokenComesFromTheApp() {
        let world = World(customer: "signed")
        world.connect()
        world.welcome(token: "own")
        world.breakOff()
        world.pass(1000)
        world.breakOff(isRefused: true)
        world.pass(5000)
        #expect(world.dials == ["signed", "own", "signed"] && world.askedForToken == 2)
        world.customer = nil
        world.breakOff()
        world.pass(60_000)
        let codes = world.events.compactMap { if case .error(let error) = $0 { error.code } else { nil } }
        #expect(codes.contains("no_token") && world.dials.count == 3)
    }

    @Test func anotherChatThanTheLastOne() throws {
        let world = started()
        try world.send("x", "a")
        world.say(done("a", "1"))
        try world.send("y", "b")
        world.breakOff()
        world.pass(1000)
        world.welcome("c2")
        #expect(world.messages == ["customer sent: y"])
        #expect(world.events.contains(.welcome(chatId: "c2", isNew: true)))
    }

    @Test func earlierPages() throws {
        let world = World()
        world.connect()
        let page = (40..<60).map { stored($0, "m\($0 / 2)", "\($0)", bot: $0 % 2 == 1) }.joined(separator: ",")
        world.welcome(history: "[\(page)]")
        #expect(world.engine.hasEarlier && world.engine.transcript.messages.count == 20)
        let number = try world.engine.ask(.history(before: world.engine.transcript.oldest))
        world.settle()
        #expect(world.take() == [["action": "history", "before": "01HZZZZZZZZZZZZZZZZZZZZZ20.0"]])
        let older = (30..<40).map { stored($0, "m\($0 / 2)", "\($0)", bot: $0 % 2 == 1) }.joined(separator: ",")
        world.say(#"{"type":"history","messages":[\#(older)]}"#)
        #expect(world.answers[number] == .success(.history(count: 10)) && !world.engine.hasEarlier)
        #expect(world.engine.transcript.messages.map(\.text) == (30..<60).map { String($0) })
    }

    @Test func aGapInTheHistoryIsNotPaperedOver() throws {
        let world = started()
        try world.send("x", "a")
        world.say(done("a", "1"))
        world.breakOff()
        world.pass(1000)
        world.welcome(history: "[\(stored(40, "z", "later")),\(stored(41, "z", "26", bot: true))]")
        #expect(world.messages == ["customer done: later", "bot done: 26"])
    }

    @Test func feedbackAndHandoffSurviveABreak() throws {
        let world = started()
        try world.send("x", "a")
        world.say(done("a", "1"))
        let feedback = try world.engine.ask(.feedback(messageId: "a", .down, comment: "no"))
        let handoff = try world.engine.ask(.handoff)
        world.settle()
        world.breakOff()
        world.pass(1000)
        _ = world.take()
        world.welcome()
        #expect(world.take().map { $0["action"] } == ["feedback", "handoff"])
        world.say(#"{"type":"handoff","message":"Wait."}"#, #"{"type":"feedback","messageId":"a","rating":"down"}"#)
        #expect(world.answers[feedback] == .success(.feedback) && world.answers[handoff] == .success(.handoff("Wait.")))
        #expect(world.engine.transcript.messages.last?.rating == .down)
        let third = try world.engine.ask(.handoff)
        world.settle()
        world.say(failure("handoff_unavailable"))
        #expect(world.answers[third] == .failure(BotError("handoff_unavailable", "m")))
        let fourth = try world.engine.ask(.feedback(messageId: "q", .up, comment: nil))
        world.settle()
        world.pass(30_000)
        #expect(world.answers[fourth] == .failure(.noAnswer()))
    }

    @Test func aConfirmationIsATurn() throws {
        let world = started()
        try world.send("cancel", "a")
        let id = "01HZ3V9R4YB0E2M8K6T1QWXCNA"
        let more = #","confirmation":{"id":"\#(id)","tool":"cancelOrder","input":"{}","expiresAt":5}"#
        world.say(done("a", "Shall I?", more))
        let asked = Confirmation(id: id, tool: "cancelOrder", input: "{}", expiresAt: 5)
        #expect(world.events.contains(.confirmation(asked, messageId: "a")))
        #expect(world.engine.transcript.messages.last?.confirmation == asked)
        _ = world.take()
        try world.engine.send(asked.tool, messageId: "b", confirms: id)
        world.settle()
        let confirm = ["action": "sendMessage", "confirm": id, "messageId": "b"]
        #expect(world.take() == [confirm])
        #expect(world.record?.pending == [], "what is kept would be sent as a message")
        world.breakOff()
        world.pass(1000)
        world.welcome()
        #expect(world.take() == [confirm])
        world.say(failure("unknown_confirmation", "b"))
        #expect(world.failures["b"]?.code == "unknown_confirmation")
    }

    @Test func wrongMessagesAreRefusedBeforeTheyAreShown() {
        let world = started()
        for (text, id, code) in [(" ", "a", "message_empty"), ("x", "a b", "bad_message_id")] {
            #expect { try world.engine.send(text, messageId: id) } throws: { ($0 as? BotError)?.code == code }
        }
        #expect(world.messages == [] && world.engine.turns == [])
    }

    @Test func takenBackForgottenAndClosed() throws {
        let world = started()
        try world.send("x", "a")
        try world.send("y", "b")
        world.engine.takeBack("b")
        world.settle()
        #expect(world.messages == ["customer sent: x"] && world.failures["b"]?.code == "aborted")
        world.engine.forget()
        world.settle()
        #expect(world.engine.state == .idle && world.record == nil && world.messages == [])
        #expect(world.failures["a"]?.code == "aborted")
        world.connect()
        _ = world.take()
        #expect(world.dials == [nil, nil] && world.welcome("c2") == [["action": "hello"]])
        world.engine.close()
        world.settle()
        #expect(world.engine.state == .closed && world.timers.isEmpty)
        #expect(throws: BotError.closed) { try world.engine.send("x", messageId: "c") }
        #expect(throws: BotError.closed) { _ = try world.engine.ask(.handoff) }
    }

    @Test func aNetworkThatIsBackIsUsedAtOnce() {
        let world = started()
        world.breakOff()
        world.engine.check()
        world.settle()
        #expect(world.engine.state == .connecting)
        world.welcome()
        world.answersPings = false
        world.engine.check()
        world.settle()
        #expect(world.take() == [["action": "ping"]])
        world.pass(10_000)
        #expect(world.engine.state == .waiting)
    }

    @Test func whatComesOfAnOldConnectionIsPassedOver() throws {
        let world = started()
        let old = world.engine.dial
        try world.send("x", "a")
        world.breakOff()
        world.engine.received(done("a", "1"), dial: old)
        world.engine.ended(dial: old, isRefused: true)
        world.settle()
        #expect(world.engine.turns.count == 1 && world.engine.token == "t1")
        world.say("nonsense", #"{"type":"later"}"#)
    }
}
