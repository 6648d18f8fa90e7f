import TestSupport
import Testing

@testable import AWSClients

extension WebSocketDecoder {
    /// Reads the bytes, damaged at up to two places, in random pieces, until it refuses them: no message is longer than
    /// the limit.
    mutating func endure(_ whole: [UInt8], limit: Int, _ random: inout SeededGenerator) {
        var bytes = whole
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...64, using: &random))
            push(rest.prefix(count))
            rest = rest.dropFirst(count)
            do {
                while let event = try next() {
                    if case .text(let text) = event { #expect(text.utf8.count <= limit) }
                    if case .binary(let data) = event { #expect(data.count <= limit) }
                }
            } catch { return }
        }
    }
}
