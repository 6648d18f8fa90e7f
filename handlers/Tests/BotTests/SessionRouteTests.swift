import AWSCore
import BotContract
import Testing

@testable import Bot

struct SessionRouteTests {
    private let bot = TestBot()
    private let other = "v_BBBBBBBBBBBBBBBBBBBBBA"

    private func welcome() throws -> (chatId: String, token: String?, history: [ChatMessage]) {
        guard case .welcome(let chatId, let token, let history)? = bot.aws.frames.last else {
            throw EventError(missing: "welcome: \(bot.aws.frames)")
        }
        return (chatId, token, history)
    }

    @Test func connectStoresTheSession() throws {
        #expect(try bot.connect() == .object(["statusCode": 200]))
        let item = try #require(bot.aws.table.item(TestBot.user, TestBot.connection))
        #expect(item["kind"]?.text == "session")
        #expect(item["chatId"]?.text == TestBot.connection)
        #expect(item["state"]?.text == "open")
        #expect(item["connectedAt"]?.integer == 1_800_000_000_000)
        #expect(item["expiresAt"]?.integer == Int64(1_800_000_000 + 30 * 86_400))
    }

    @Test(arguments: [(0, nil), (1, 86_400), (30, 30 * 86_400)] as [(Int, Int64?)])
    func sessionsLiveAsLongAsTheirChat(_ days: Int, _ seconds: Int64?) throws {
        let bot = TestBot { $0.history.retentionDays = days }
        try bot.connect()
        let expires = bot.aws.table.item(TestBot.user, TestBot.connection)?["expiresAt"]?.integer
        #expect(expires == seconds.map { 1_800_000_000 + $0 })
    }

    @Test func connectRefusesWithoutAnAuthorizer() throws {
        let answer = try bot.serve(.connect, TestBot.event("$connect", type: "CONNECT", user: nil))
        #expect(answer == .object(["statusCode": 401]))
        #expect(bot.aws.events.isEmpty)
    }

    @Test func connectFailsWhereTheSessionCannotBeStored() throws {
        bot.aws.lasting["PutItem session"] = .error(500, "InternalServerError")
        #expect(throws: TableError.self) { try bot.connect() }
        #expect(bot.outcome == "internal")
    }

    @Test func helloWelcomesWithATokenThatIsTheVisitors() throws {
        try bot.connect()
        try bot.send(.hello, .hello(chatId: nil))
        let welcome = try welcome()
        #expect(welcome.chatId == TestBot.connection)
        #expect(welcome.history.isEmpty)
        let token = try #require(try? VisitorToken(welcome.token ?? "", key: TestBot.key, now: bot.clock.time))
        #expect(token.userId == TestBot.user)
        #expect(token.expiresAt.seconds == 1_800_000_000 + 30 * 86_400)
    }

    @Test func helloResumesAChatAndLaterMessagesGoThere() throws {
        try bot.connect()
        try bot.ask("How long?")
        try bot.connect("second=")
        try bot.send(.hello, .hello(chatId: TestBot.connection), connection: "second=")
        var welcome = try welcome()
        #expect(welcome.chatId == TestBot.connection)
        #expect(welcome.history.map(\.text) == ["How long?", "Within 30 days."])
        #expect(welcome.history.map(\.role) == [.customer, .bot])
        #expect(welcome.history[1].citations.map(\.id) == ["returns-1"])
        try bot.ask("And abroad?", id: "m2", connection: "second=")
        #expect(bot.chatMessages.count == 4)
        #expect(bot.aws.table.keys(TestBot.user).contains("\(TestBot.connection)!m2"))
        // A third connection may name either: both are the same chat.
        try bot.connect("third=")
        try bot.send(.hello, .hello(chatId: "second="), connection: "third=")
        welcome = try self.welcome()
        #expect(welcome.chatId == TestBot.connection)
        #expect(welcome.history.count == 4)
    }

    @Test func helloGivesNothingAwayOfOthersChats() throws {
        try bot.connect()
        try bot.ask("My secret")
        try bot.connect("thief=", user: other)
        for chat in [
            TestBot.connection, "nobody=", "\(TestBot.connection)!m1", "\(TestBot.connection)#x", "", "a b",
            String(repeating: "a", count: 2_000),
        ] {
            bot.aws.forget()
            try bot.send(.hello, .hello(chatId: chat), connection: "thief=", user: other)
            let welcome = try welcome()
            #expect(welcome.chatId == "thief=")
            #expect(welcome.history.isEmpty)
        }
        #expect(bot.aws.table.item(other, "thief=")?["chatId"]?.text == "thief=")
    }

    @Test func helloDoesNotTakeUpATurnOrAnExpiredChat() throws {
        try bot.connect()
        try bot.ask("How long?")
        try bot.connect("second=")
        bot.aws.table.items["\(TestBot.user)|turnlike"] = ["kind": .string("turn"), "chatId": .string("x")]
        try bot.send(.hello, .hello(chatId: "turnlike"), connection: "second=")
        #expect(try welcome().chatId == "second=")
        bot.clock.time = bot.clock.time.advanced(by: .days(31))
        try bot.send(.hello, .hello(chatId: TestBot.connection), connection: "second=")
        #expect(try welcome().chatId == "second=")
    }

    @Test func helloFiltersExpiredMessages() throws {
        try bot.connect()
        try bot.ask("Old")
        bot.clock.time = bot.clock.time.advanced(by: .days(29))
        try bot.ask("New", id: "m2")
        bot.clock.time = bot.clock.time.advanced(by: .days(2))
        try bot.send(.hello, .hello(chatId: nil))
        #expect(try welcome().history.map(\.text) == ["New", "Within 30 days."])
    }

    @Test func helloNeedsASession() throws {
        try bot.send(.hello, .hello(chatId: nil))
        #expect(bot.errors.map(\.code) == ["no_session"])
    }

    @Test(arguments: ["UpdateItem session", "Query messages", "GetParameter"])
    func helloEndsEveryFailureWithOneFrame(_ label: String) throws {
        try bot.connect()
        bot.aws.lasting[label] = .error(500, "InternalServerError")
        try bot.send(.hello, .hello(chatId: nil))
        #expect(bot.terminalFrames.count == 1)
        #expect(["storage_failed", "internal"].contains(bot.errors.first?.code))
    }

    @Test func historyPagesToTheBeginning() throws {
        let bot = TestBot { $0.limits.messagesPerMinute = 0 }
        try bot.connect()
        for number in 0..<25 {
            bot.clock.time = bot.clock.time.advanced(by: .seconds(5))
            try bot.ask("Question \(number)", id: "m\(number)")
        }
        var seen: [String] = []
        var before: String?
        var pages = 0
        repeat {
            bot.aws.forget()
            try bot.send(.history, .history(before: before))
            guard case .history(let messages, let next)? = bot.aws.frames.last else {
                Issue.record("no page: \(bot.aws.frames)")
                return
            }
            #expect(messages.count <= Frame.pageSize)
            seen = messages.map(\.id) + seen
            before = next
            pages += 1
        } while before != nil && pages < 10
        #expect(pages == 3)
        #expect(seen.count == 50)
        #expect(seen == seen.sorted() && Set(seen).count == 50)
    }

    @Test func historyFitsFramesWithLongMessages() throws {
        let bot = TestBot { $0.limits.messageChars = 100_000 }
        try bot.connect()
        for number in 0..<6 {
            bot.clock.time = bot.clock.time.advanced(by: .seconds(5))
            try bot.ask(String(repeating: "\"ü\"\n", count: 1_000 + 3_000 * number), id: "m\(number)")
        }
        var before: String?
        var count = 0
        repeat {
            bot.aws.forget()
            try bot.send(.history, .history(before: before))
            guard case .history(let messages, let next)? = bot.aws.frames.last else {
                Issue.record("no page: \(bot.aws.frames)")
                return
            }
            #expect(!messages.isEmpty)
            count += messages.count
            before = next
        } while before != nil && count < 100
        #expect(count == 12)
        bot.aws.forget()
        try bot.send(.hello, .hello(chatId: nil))
        #expect(bot.aws.frames.map(\.type) == ["welcome"])
    }

    @Test func disconnectClosesTheSession() throws {
        try bot.connect()
        try bot.serve(.disconnect, TestBot.event("$disconnect", type: "DISCONNECT"))
        #expect(bot.aws.table.item(TestBot.user, TestBot.connection)?["state"]?.text == "closed")
        try bot.serve(.disconnect, TestBot.event("$disconnect", type: "DISCONNECT", connection: "absent="))
        #expect(bot.outcome == "absent")
        #expect(bot.aws.table.item(TestBot.user, "absent=") == nil, "nothing is made by closing it")
        try bot.serve(.disconnect, TestBot.event("$disconnect", type: "DISCONNECT", user: nil))
    }

    @Test func fallbackAnswersPingAndNothingElse() throws {
        try bot.send(.fallback, .ping)
        try bot.serve(.fallback, TestBot.event("$default", body: #"{"action":"$connect"}"#))
        try bot.serve(.fallback, TestBot.event("$default", body: "not json"))
        try bot.send(.fallback, .hello(chatId: nil))
        #expect(bot.aws.frames.map(\.type) == ["pong", "error", "error", "error"])
        #expect(bot.errors.map(\.code) == ["unknown_action", "bad_frame", "unknown_action"])
    }

    @Test func refusesEventsOfAnotherSource() {
        for event: JSONValue in [.object([:]), .object(["requestContext": .object(["http": .object([:])])]), "x"] {
            #expect(throws: EventError.self) { try bot.serve(.connect, event) }
        }
        #expect(throws: (any Error).self) { try bot.serve(.connect, .array([])) }
    }
}
