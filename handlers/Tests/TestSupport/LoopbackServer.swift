import Foundation
import Synchronization
import Testing

/// A TCP server on 127.0.0.1 whose connections are each served by a script on a thread of its own.
package final class LoopbackServer: Sendable {
    package final class Connection {
        package let descriptor: Int32
        /// From 1, in the order of acceptance.
        package let number: Int
        private var buffer: [UInt8] = []

        fileprivate init(_ descriptor: Int32, number: Int) {
            self.descriptor = descriptor
            self.number = number
        }

        /// One request with its body; `nil` when the client closes.
        package func request() -> (head: String, body: [UInt8])? {
            let end = Array("\r\n\r\n".utf8)
            while true {
                if let split = buffer.firstRange(of: end) {
                    let head = String(decoding: buffer[..<split.lowerBound], as: UTF8.self)
                    let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    let length = line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                    if buffer.count >= split.upperBound + length {
                        let body = Array(buffer[split.upperBound..<split.upperBound + length])
                        buffer.removeSubrange(..<(split.upperBound + length))
                        return (head, body)
                    }
                }
                var chunk = [UInt8](repeating: 0, count: 65536)
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                buffer += chunk[..<count]
            }
        }

        package func send(_ text: String) { send(Array(text.utf8)) }

        package func send(_ bytes: [UInt8]) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        package func answer(_ body: String, status: String = "200 OK", headers: String = "") {
            send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        /// Ends with RST instead of FIN when the descriptor is closed.
        package func resetOnClose() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
    }

    package let port: Int
    private let descriptor: Int32
    private let count = Mutex(0)

    package var connections: Int { count.withLock { $0 } }

    package init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
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
        try #require(bound && listen(descriptor, 64) == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else {
                    close(descriptor)
                    return
                }
                var on: Int32 = 1
                setsockopt(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                let number = self?.count.withLock { value in
                    value += 1
                    return value
                }
                Thread.detachNewThread {
                    serve(Connection(accepted, number: number ?? 0))
                    close(accepted)
                }
            }
        }
    }

    deinit {
        // Ends `accept`; the thread closes the descriptor, whose number another server may get after that.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
