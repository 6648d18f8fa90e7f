/// One open WebSocket.
public protocol BotSocket: Sendable {
    func send(_ text: String) async throws
    /// The next text message. - Throws: when the connection has ended, then and ever after.
    func receive() async throws -> String
    /// Ends the connection, and with it what waits in `receive`.
    func close()
}

/// Opens WebSockets: URLSession's, or a test's.
public protocol BotSocketConnector: Sendable {
    /// - Parameter url: with the token in its query.
    /// - Throws: `BotSocketRefused` where the handshake was answered with another status than 101.
    func connect(to url: String) async throws -> any BotSocket
}

/// The answer to a handshake that was refused.
public struct BotSocketRefused: Error, Sendable, Equatable {
    /// The HTTP status: 401 or 403 for a token that is not good.
    public var status: Int

    public init(status: Int) { self.status = status }
}

/// Time, for tests to pass.
public protocol BotClock: Sendable {
    /// Milliseconds since 1970.
    func now() -> Int64
    func sleep(milliseconds: Int) async throws
}
