package import AWSClients

/// What a chat needs of a connection; tests put another one in its place.
package protocol ChatConnection: AnyObject {
    func send(text: String) throws(WebSocketError)
    /// The next text message; `nil` after the time, or earlier when a signal came.
    func receiveText(timeout: Duration) throws(WebSocketError) -> String?
    func close()
}

extension WebSocketConnection: ChatConnection {
    package func receiveText(timeout: Duration) throws(WebSocketError) -> String? {
        // A bot sends no binary messages; one counts as silence.
        guard case .text(let text) = try receive(timeout: timeout) else { return nil }
        return text
    }

    package func close() { close(code: WebSocketCloseCode.normal) }
}
