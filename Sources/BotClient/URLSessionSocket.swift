#if canImport(FoundationNetworking)
    import Foundation
    public import FoundationNetworking
#else
    public import Foundation
#endif

/// WebSockets of URLSession.
public struct URLSessionConnector: BotSocketConnector {
    private let configuration: URLSessionConfiguration

    public init(configuration: URLSessionConfiguration = .ephemeral) { self.configuration = configuration }

    public func connect(to url: String) async throws -> any BotSocket {
        guard let url = URL(string: url) else { throw URLError(.badURL) }
        let opening = Opening()
        let session = URLSession(configuration: configuration, delegate: opening, delegateQueue: nil)
        let task = session.webSocketTask(with: url)
        let socket = URLSessionSocket(session: session, task: task)
        do {
            try await withTaskCancellationHandler {
                try await opening.wait(resuming: task)
            } onCancel: {
                socket.close()
            }
        } catch {
            let status = (task.response as? HTTPURLResponse)?.statusCode
            socket.close()
            if let status, status >= 400 { throw BotSocketRefused(status: status) }
            throw error
        }
        return socket
    }
}

private final class URLSessionSocket: BotSocket, Sendable {
    private let session: URLSession
    private let task: URLSessionWebSocketTask

    init(session: URLSession, task: URLSessionWebSocketTask) {
        self.session = session
        self.task = task
    }

    func send(_ text: String) async throws { try await task.send(.string(text)) }

    func receive() async throws -> String {
        while true {
            // A bot sends no binary messages.
            if case .string(let text) = try await task.receive() { return text }
        }
    }

    func close() {
        task.cancel(with: .normalClosure, reason: nil)
        // A session keeps its delegate until it is told that it is over.
        session.finishTasksAndInvalidate()
    }
}

/// Waits for the handshake's end.
private final class Opening: NSObject, URLSessionWebSocketDelegate, @unchecked Sendable {
    private let lock = NSLock()
    private var waiting: CheckedContinuation<Void, any Error>?

    func wait(resuming task: URLSessionWebSocketTask) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            lock.withLock { waiting = continuation }
            task.resume()
        }
    }

    private func settle(_ result: Result<Void, any Error>) {
        let continuation = lock.withLock { () -> CheckedContinuation<Void, any Error>? in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(with: result)
    }

    func urlSession(
        _ session: URLSession,
        webSocketTask: URLSessionWebSocketTask,
        didOpenWithProtocol protocol: String?
    ) {
        settle(.success(()))
    }

    func urlSession(
        _ session: URLSession,
        webSocketTask: URLSessionWebSocketTask,
        didCloseWith closeCode: URLSessionWebSocketTask.CloseCode,
        reason: Data?
    ) {
        settle(.failure(URLError(.networkConnectionLost)))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        settle(.failure(error ?? URLError(.networkConnectionLost)))
    }
}

/// The system's time.
public struct SystemBotClock: BotClock {
    public init() {}

    public func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    public func sleep(milliseconds: Int) async throws { try await Task.sleep(for: .milliseconds(milliseconds)) }
}
