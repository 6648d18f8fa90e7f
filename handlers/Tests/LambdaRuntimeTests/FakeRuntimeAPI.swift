import Foundation
import Synchronization
import Testing

/// Lambda's Runtime API on loopback: hands out events in order, keeps what is posted, answers posts with the
/// statuses it is given and 202 after those. With no event left it closes the connection.
final class FakeRuntimeAPI: Sendable {
    struct Event: Sendable {
        var id = "id-1"
        var headers = "Lambda-Runtime-Deadline-Ms: 1440938160123\r\n"
        var status = "200 OK"
        var payload = "{}"
    }

    struct Post: Sendable, Equatable {
        var path: String
        var head: String
        var body: String
    }

    private struct State {
        var events: [Event]
        var statuses: [String]
        var posts: [Post] = []
        var connections = 0
    }

    let port: Int
    private let descriptor: Int32
    private let state: Mutex<State>

    var posts: [Post] { state.withLock { $0.posts } }
    var connections: Int { state.withLock { $0.connections } }

    init(_ events: [Event], statuses: [String] = []) throws {
        state = Mutex(State(events: events, statuses: statuses))
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound && listen(descriptor, 8) == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0, let api = self else { break }
                api.state.withLock { $0.connections += 1 }
                api.serve(accepted)
                close(accepted)
            }
            close(descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        while let (head, body) = Self.request(connection, &buffer) {
            let words = head.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3 else { return }
            if words[0] == "GET" {
                guard words[1] == "/2018-06-01/runtime/invocation/next",
                    let event = state.withLock({ $0.events.isEmpty ? nil : $0.events.removeFirst() })
                else { return }
                let id = event.id.isEmpty ? "" : "Lambda-Runtime-Aws-Request-Id: \(event.id)\r\n"
                Self.send(
                    connection,
                    "HTTP/1.1 \(event.status)\r\n\(id)\(event.headers)"
                        + "Content-Length: \(event.payload.utf8.count)\r\n\r\n\(event.payload)"
                )
            } else {
                let status = state.withLock { state in
                    state.posts.append(
                        Post(path: words[1], head: head, body: String(decoding: body, as: UTF8.self))
                    )
                    return state.statuses.isEmpty ? "202 Accepted" : state.statuses.removeFirst()
                }
                Self.send(connection, "HTTP/1.1 \(status)\r\nContent-Length: 2\r\n\r\n{}")
            }
        }
    }

    private static func request(_ connection: Int32, _ buffer: inout [UInt8]) -> (head: String, body: [UInt8])? {
        while true {
            if let split = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<split.lowerBound], as: UTF8.self)
                let line = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
                if buffer.count >= split.upperBound + length {
                    let body = Array(buffer[split.upperBound..<split.upperBound + length])
                    buffer.removeSubrange(..<(split.upperBound + length))
                    return (head, body)
                }
            }
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }

    private static func send(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
