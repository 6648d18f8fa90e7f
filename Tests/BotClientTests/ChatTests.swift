import Foundation
import Synchronization
import TestSupport
import Testing

@testable import BotClient

/// A bot behind a socket that is no socket: it repeats what it is told.
private final class EchoBot: BotSocketConnector, Sendable {
    final class Socket: BotSocket, Sendable {
        let bot: EchoBot
        let inbox: AsyncStream<String>
        let outbox: AsyncStream<String>.Continuation
        init(_ bot: EchoBot) {
            self.bot = bot
            (inbox, outbox) = AsyncStream<String>.makeStream()
        }

        func send(_ text: String) async throws { for answer in bot.answers(to: text, self) { outbox.yield(answer) } }

        func receive() async throws -> String {
            for await text in inbox { return text }
            throw CancellationError()
        }

        func close() { outbox.finish() }
    }

    let received = Mutex<[[String: String]]>([])
    let urls = Mutex<[String]>([])
    /// So many messages end the connection.
    let drops = Mutex(0)
    let refusals = Mutex(0)

    func connect(to url: String) async throws -> any BotSocket {
        urls.withLock { $0.append(url) }
        if refusals.withLock({
            $0 -= 1
            return $0 >= 0
        }) {
            throw BotSocketRefused(status: 403)
        }
        return Socket(self)
    }

    func answers(to text: String, _ socket: Socket) -> [String] {
        let frame = (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
        received.withLock { $0.append(frame) }
        let id = frame["messageId"] ?? ""
        switch frame["action"] {
        case "hello": return [#"{"type":"welcome","chatId":"c1","token":"a/b+c","history":[]}"#]
        case "sendMessage":
            if drops.withLock({
                $0 -= 1
                return $0 >= 0
            }) {
                socket.close()
                return []
            }
            let said = frame["message"] ?? "confirmed"
            return [delta(id, 0, "You said: "), done(id, "You said: \(said)")]
        case "feedback": return [#"{"type":"feedback","messageId":"\#(id)","rating":"up"}"#]
        case "handoff": return [#"{"type":"handoff","message":"Wait."}"#]
        case "history": return [#"{"type":"history","messages":[\#(stored(0, "old", "before"))]}"#]
        default: return []
        }
    }
}

/// Waits are over at once, but those for an answer and for signs of life.
private struct HastyClock: BotClock {
    func now() -> Int64 { 1_800_000_000_000 }
    func sleep(milliseconds: Int) async throws {
        if milliseconds >= 5000 { try await Task.sleep(for: .seconds(600)) } else { await Task.yield() }
    }
}

private final class MemoryStore: ChatStore, Sendable {
    let record = Mutex<ChatRecord?>(nil)
    func load() -> ChatRecord? { record.withLock { $0 } }
    func save(_ record: ChatRecord) { self.record.withLock { $0 = record } }
    func remove() { record.withLock { $0 = nil } }
}

@Suite struct ChatTests {
    private func chat(_ bot: EchoBot, store: (any ChatStore)? = nil) -> BotChat {
        BotChat(
            url: "wss://bot.example/dev",
            options: BotChat.Options(store: store, connector: bot, clock: HastyClock())
        )
    }

    @Test func aConversation() async throws {
        let bot = EchoBot()
        let store = MemoryStore()
        let chat = chat(bot, store: store)
        let events = await chat.events()
        var parts: [String] = []
        let reply = await chat.send("one")
        for try await event in reply {
            if case .delta(let text) = event { parts.append(text) }
        }
        #expect(parts == ["You said: ", "one"])
        #expect(try await chat.send("two").answer().text == "You said: two")
        try await chat.feedback(reply.messageId, .up, comment: "good")
        #expect(try await chat.handoff() == "Wait.")
        #expect(try await chat.loadEarlier() == 1)
        let asked = Confirmation(id: "01HZ3V9R4YB0E2M8K6T1QWXCNA", tool: "cancel", input: "{}", expiresAt: 1)
        #expect(try await chat.confirm(asked).answer().text == "You said: confirmed")
        #expect(await chat.messages.count == 7)
        #expect(store.load()?.token == "a/b+c" && store.load()?.pending == [])
        await chat.close()
        #expect(await chat.state == .closed)
        var states: [ChatState] = []
        for await event in events { if case .state(let state, _) = event { states.append(state) } }
        #expect(states == [.connecting, .ready, .closed])
        await #expect(throws: BotError.closed) { try await chat.connect() }
        await #expect(throws: BotError.closed) { try await chat.send("late").answer() }
        await #expect(throws: BotError.closed) { try await chat.handoff() }
    }

    @Test func aBrokenConnection() async throws {
        let bot = EchoBot()
        bot.drops.withLock { $0 = 2 }
        let chat = chat(bot)
        try await chat.connect()
        #expect(try await chat.send("one").answer().text == "You said: one")
        let sent = bot.received.withLock { $0.filter { $0["action"] == "sendMessage" } }
        #expect(sent.count == 3 && Set(sent.map { $0["messageId"] }).count == 1)
        #expect(
            bot.urls.withLock { $0 }
                == ["", "?token=a%2Fb%2Bc", "?token=a%2Fb%2Bc"].map {
                    "wss://bot.example/dev" + $0
                }
        )
        await chat.close()
    }

    @Test func manyAtOnceAreAnsweredInOrder() async throws {
        let bot = EchoBot()
        bot.drops.withLock { $0 = 3 }
        let chat = chat(bot)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let text = try await chat.send("m\(number)").answer().text
                    #expect(text == "You said: m\(number)")
                }
            }
            try await group.waitForAll()
        }
        #expect(await chat.messages.count == 100)
        await chat.close()
    }

    @Test func aRefusedTokenMakesANewVisitor() async throws {
        let bot = EchoBot()
        bot.refusals.withLock { $0 = 1 }
        let store = MemoryStore()
        store.save(ChatRecord(token: "old", chatId: "c1", pending: []))
        let chat = chat(bot, store: store)
        try await chat.connect()
        #expect(bot.urls.withLock { $0 } == ["wss://bot.example/dev?token=old", "wss://bot.example/dev"])
        await chat.close()
    }

    @Test func aMessageThatCannotBeSentSaysSo() async throws {
        let chat = chat(EchoBot())
        await #expect { try await chat.send("  ").answer() } throws: { ($0 as? BotError)?.code == "message_empty" }
        await #expect { try await chat.retry("none") } throws: { ($0 as? BotError)?.code == "unknown_message" }
        await chat.close()
    }

    @Test func theUsersDefaultsKeepAChat() {
        let store = DefaultsChatStore(key: "botctl-test-\(UInt64.random(in: 0 ... .max))")
        let record = ChatRecord(token: "t", chatId: "c", pending: [.init(messageId: "a", text: "x")])
        store.save(record)
        #expect(store.load() == record)
        store.remove()
        #expect(store.load() == nil)
    }
}

/// What docs/swift-client.md shows works, as far as it goes without SwiftUI.
@Suite struct ExampleTests {
    @MainActor @Test func theModelOfTheExample() async throws {
        let chat = BotChat(
            url: "wss://bot.example/dev",
            options: BotChat.Options(connector: EchoBot(), clock: HastyClock())
        )
        let model = ChatModel(chat: chat)
        let running = Task { await model.run() }
        while model.state != .ready { await Task.yield() }
        model.draft = "Hello"
        await model.send()
        while model.messages.last?.state != .done || model.messages.count < 2 { await Task.yield() }
        #expect(model.messages.map(\.text) == ["Hello", "You said: Hello"] && model.draft.isEmpty)
        await chat.close()
        await running.value
    }
}
