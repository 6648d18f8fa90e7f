import AWSClients
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import BotClient

/// The WebSocket of botctl's own, which this machine has whatever its libcurl can.
private struct OwnConnector: BotSocketConnector {
    func connect(to url: String) async throws -> any BotSocket {
        let queue = DispatchQueue(label: "socket")
        return try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { OwnSocket(try WebSocketConnection.connect(url: url), queue) })
            }
        }
    }
}

/// The connection is for one thread at a time: everything happens on its queue.
private final class OwnSocket: BotSocket, @unchecked Sendable {
    private let connection: WebSocketConnection
    private let queue: DispatchQueue
    private let isClosed = Mutex(false)

    init(_ connection: WebSocketConnection, _ queue: DispatchQueue) {
        self.connection = connection
        self.queue = queue
    }

    func send(_ text: String) async throws { try await onQueue { try $0.send(text: text) } }

    func receive() async throws -> String {
        while !isClosed.withLock({ $0 }) {
            let message = try await onQueue { try $0.receive(timeout: .milliseconds(20)) }
            if case .text(let text) = message { return text }
        }
        throw CancellationError()
    }

    func close() {
        isClosed.withLock { $0 = true }
        queue.async { self.connection.close() }
    }

    private func onQueue<Value: Sendable>(
        _ body: @escaping @Sendable (WebSocketConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body(self.connection) }) }
        }
    }
}

/// Over real WebSockets, against the PyPI `websockets` server.
@Suite(.serialized) final class LiveTests {
    let server: PythonServer

    init() throws { server = try PythonServer(script: "Tests/OperationsTests/Chat/chat_server.py") }

    deinit { server.stop() }

    private func talk(over connector: any BotSocketConnector) async throws {
        let chat = BotChat(
            url: "ws://127.0.0.1:\(server.port)/dev",
            options: BotChat.Options(connector: connector, random: { 0 })
        )
        let answer = try await chat.send("hello").answer()
        #expect(answer.text == "You said: hello" && answer.citations.map(\.id) == ["returns-1"])
        // The server breaks the connection in the midst of this one's reply.
        #expect(try await chat.send("drop").answer().text == "You said: drop")
        #expect(await chat.state == .ready)
        await chat.close()
    }

    @Test func overAWebSocketOfThisProject() async throws { try await talk(over: OwnConnector()) }

    /// FoundationNetworking's WebSockets are libcurl's, where it was built with them.
    @Test(.enabled(if: libcurlHasWebSockets, "this machine's libcurl has no WebSockets"))
    func overURLSession() async throws { try await talk(over: URLSessionConnector()) }
}

private let libcurlHasWebSockets: Bool = {
    #if canImport(FoundationNetworking)
        let curl = Process()
        let output = Pipe()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments = ["curl", "--version"]
        curl.standardOutput = output
        guard (try? curl.run()) != nil else { return false }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        curl.waitUntilExit()
        return text.split(separator: "\n").contains {
            $0.hasPrefix("Protocols:") && $0.split(separator: " ").contains("wss")
        }
    #else
        return true
    #endif
}()
