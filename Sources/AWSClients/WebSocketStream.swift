import AWSCore
import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Bytes in both directions: what a WebSocket connection stands on, and what tests put in its place.
package protocol WebSocketStream: AnyObject {
    /// Waits for bytes; also returns `timeout` early when a signal arrived, so that Ctrl-C is seen.
    func read(timeout: Duration) throws(WebSocketError) -> WebSocketRead
    func write(_ bytes: [UInt8], timeout: Duration) throws(WebSocketError)
    func close()
}

package enum WebSocketRead: Sendable, Equatable {
    case bytes([UInt8])
    case timeout
    /// The peer has ended the connection.
    case end
}

/// A connection that libcurl made, with its proxies, certificates and TLS; what travels on it is ours
/// (https://curl.se/libcurl/c/CURLOPT_CONNECT_ONLY.html).
final class CurlStream: WebSocketStream {
    private let easy: UnsafeMutableRawPointer
    private let peer: String
    private let socket: curl_socket_t
    private var isOpen = true

    init(_ url: WebSocketURL, settings: CurlSettings, timeout: Duration) throws(WebSocketError) {
        peer = "\(url.host):\(url.port)"
        guard let easy = curl_easy_init() else {
            throw .transport(TransportError(.connect, peer: peer, detail: "libcurl could not be started"))
        }
        var detail = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var socket: curl_socket_t = -1
        let result = detail.withUnsafeMutableBufferPointer { buffer -> CURLcode in
            botctl_curl_set_string(easy, CURLOPT_URL, url.connectURL)
            botctl_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, buffer.baseAddress)
            botctl_curl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
            botctl_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            botctl_curl_close_sockets_on_exec(easy)
            botctl_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
            botctl_curl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
            // A proxy would answer the upgrade itself; through a tunnel it does not see it.
            botctl_curl_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
            botctl_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(timeout.milliseconds)))
            // An empty proxy keeps libcurl from asking the environment itself.
            let proxy = url.isSecure ? settings.httpsProxy : settings.httpProxy
            botctl_curl_set_string(easy, CURLOPT_PROXY, proxy ?? "")
            botctl_curl_set_string(easy, CURLOPT_NOPROXY, settings.noProxy ?? "")
            if let bundle = settings.certificateAuthorities { botctl_curl_set_string(easy, CURLOPT_CAINFO, bundle) }
            let result = curl_easy_perform(easy)
            botctl_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, nil)
            return result == CURLE_OK ? botctl_curl_get_socket(easy, CURLINFO_ACTIVESOCKET, &socket) : result
        }
        guard result == CURLE_OK, socket >= 0 else {
            var connectStatus = 0
            botctl_curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
            curl_easy_cleanup(easy)
            let text = String(decoding: detail.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw .transport(curlError(result, text: text, connectStatus: connectStatus, peer: peer))
        }
        self.easy = easy
        self.socket = socket
    }

    deinit { close() }

    func read(timeout: Duration) throws(WebSocketError) -> WebSocketRead {
        guard isOpen else { throw .notOpen }
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        // First without waiting: TLS may hold bytes that the socket no longer shows.
        var mayWait = true
        while true {
            var count = 0
            let result = chunk.withUnsafeMutableBytes { curl_easy_recv(easy, $0.baseAddress, $0.count, &count) }
            if result == CURLE_OK { return count == 0 ? .end : .bytes(Array(chunk[..<count])) }
            guard result == CURLE_AGAIN else { throw broken(result) }
            guard mayWait else { return .timeout }
            mayWait = false
            guard wait(for: POLLIN, timeout) else { return .timeout }
        }
    }

    func write(_ bytes: [UInt8], timeout: Duration) throws(WebSocketError) {
        guard isOpen else { throw .notOpen }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var sent = 0
        while sent < bytes.count {
            var count = 0
            let result = bytes[sent...].withUnsafeBytes { curl_easy_send(easy, $0.baseAddress, $0.count, &count) }
            if result == CURLE_OK {
                sent += count
                continue
            }
            guard result == CURLE_AGAIN else { throw broken(result) }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else {
                throw .transport(TransportError(.timeout, peer: peer, detail: "the peer does not read"))
            }
            _ = wait(for: POLLOUT, left)
        }
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        curl_easy_cleanup(easy)
    }

    /// False at the end of the time, and when a signal came.
    private func wait(for events: Int32, _ timeout: Duration) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        let milliseconds = Int32(clamping: max(0, timeout.milliseconds))
        return poll(&descriptor, 1, milliseconds) > 0
    }

    private func broken(_ result: CURLcode) -> WebSocketError {
        .transport(curlError(result, text: "", connectStatus: 0, peer: peer))
    }
}
