import AWSClients
import FoundationEssentials
import Glibc
import Operations
import TestSupport
import Testing

/// Over a real WebSocket, against the PyPI `websockets` server.
@Suite(.serialized) final class ChatLiveTests {
    let server: PythonServer
    private let state = TemporaryFolder()
    private var folder: String { state.path }

    init() throws { server = try PythonServer(script: "Tests/OperationsTests/Chat/chat_server.py") }

    deinit { server.stop() }

    private func session(_ emit: @escaping (ChatEvent) -> Void = { _ in }) throws -> ChatSession {
        let path = try #require(
            ChatTokenStore.path(environment: ["XDG_STATE_HOME": folder], name: "shop", stage: "dev")
        )
        return ChatSession(
            options: .init(url: "ws://127.0.0.1:\(server.port)/dev"),
            effects: .live(settings: CurlSettings()),
            tokens: .file(path),
            emit: emit
        )
    }

    @Test func sendsAMessageAndKeepsTheToken() throws {
        let file = "\(folder)/botctl/shop-dev.token"
        for stored in [nil, "good\n", "stale\n"] as [String?] {
            if let stored { try stored.write(toFile: file, atomically: true, encoding: .utf8) }
            let chat = try session()
            let reply = try chat.send("hello")
            #expect(reply.text == "You said: hello")
            #expect(reply.citations.map(\.id) == ["returns-1"])
            #expect(reply.usage?.outputTokens == 3)
            chat.close()
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "good\n")
            var status = stat()
            #expect(stat(file, &status) == 0)
            if stored == nil { #expect(status.st_mode & 0o777 == 0o600) }
        }
    }

    @Test func continuesALostTurnAndChat() throws {
        var events: [ChatEvent] = []
        let chat = try session { events.append($0) }
        let reply = try chat.send("drop")
        #expect(reply.text == "You said: drop")
        let chats = Set(
            events.compactMap { event -> String? in
                if case .welcome(let chatId, _) = event { return chatId }
                return nil
            }
        )
        #expect(chats.count == 1, "\(events)")
        #expect(events.last == .reply(reply, streamed: "You said: "))
        chat.close()
    }

    @Test func readsLinesFromAPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let reader = ChatLineReader(descriptor: ends[0])
        #expect(reader.next(timeout: .milliseconds(10)) == .timeout)
        let text = Array("eins\r\n\nzw".utf8)
        #expect(write(ends[1], text, text.count) == text.count)
        #expect(reader.next(timeout: .seconds(60)) == .line("eins"))
        #expect(reader.next(timeout: .seconds(60)) == .line(""))
        #expect(reader.next(timeout: .milliseconds(10)) == .timeout)
        close(ends[1])
        #expect(reader.next(timeout: .seconds(60)) == .line("zw"))
        #expect(reader.next(timeout: .seconds(60)) == .end)
        close(ends[0])
    }
}
