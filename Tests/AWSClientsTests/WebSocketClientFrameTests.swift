import TestSupport
import Testing

@testable import AWSClients

/// What a server reads of a client: masked frames, with a limit of their own.
@Suite struct WebSocketClientFrameTests {
    static func read(_ bytes: [UInt8], message: Int = 1 << 20, frame: Int? = nil) throws -> [WebSocketEvent] {
        var decoder = WebSocketDecoder(of: .client, maximumMessageBytes: message, maximumFrameBytes: frame)
        decoder.push(bytes)
        var events: [WebSocketEvent] = []
        while let event = try decoder.next() { events.append(event) }
        return events
    }

    /// RFC 6455 §5.7: a masked "Hello".
    @Test func readsTheExampleOfTheRFC() throws {
        let bytes: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(try Self.read(bytes) == [.text("Hello")])
        #expect(throws: WebSocketViolation.self) { try Self.read([0x81, 0x05] + Array("Hello".utf8)) }
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 125, 126, 65535, 65536]) func readsWhatItWrites(_ count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try Self.read(WebSocketFrame(.binary, payload).encoded(mask: 0xA1B2_C3D4)) == [.binary(payload)])
    }

    @Test func fragmentsOfATextAreItAgain() throws {
        let text = String(repeating: "grüße ", count: 100)
        for size in [1, 7, 100, text.utf8.count - 1, text.utf8.count, text.utf8.count + 1] {
            let frames = WebSocketFrame.fragments(ofText: text, maximumFrameBytes: size)
            #expect(frames.count == (text.utf8.count + size - 1) / size)
            #expect(frames.allSatisfy { $0.payload.count <= size })
            let bytes = frames.flatMap { $0.encoded(mask: .random(in: .min ... .max)) }
            #expect(try Self.read(bytes) == [.text(text)])
        }
        #expect(WebSocketFrame.fragments(ofText: "", maximumFrameBytes: 1) == [WebSocketFrame(.text)])
    }

    @Test func aFrameHasALimitOfItsOwn() throws {
        func message(_ sizes: [Int]) -> [UInt8] {
            sizes.enumerated().flatMap { index, size in
                WebSocketFrame(
                    index == 0 ? .binary : .continuation,
                    [UInt8](repeating: 7, count: size),
                    isFinal: index == sizes.count - 1
                ).encoded(mask: 1)
            }
        }
        #expect(try Self.read(message([1000]), message: 4000, frame: 1000).count == 1)
        #expect(try Self.read(message([1000, 1000, 1000, 1000]), message: 4000, frame: 1000).count == 1)
        for sizes in [[1001], [1000, 1001], [1000, 1000, 1000, 1000, 1]] {
            let error = #expect(throws: WebSocketViolation.self) {
                try Self.read(message(sizes), message: 4000, frame: 1000)
            }
            #expect(error?.closeCode == WebSocketCloseCode.messageTooBig)
        }
        // Before a byte of the payload has come.
        #expect(throws: WebSocketViolation.self) { try Self.read([0x82, 0xFE, 0x03, 0xE9], frame: 1000) }
    }

    /// RFC 6455 §1.3.
    @Test func acceptsTheKeyOfTheRFC() {
        #expect(webSocketAccept(key: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    /// Masked frames put together at random, damaged at random, read in random pieces.
    @Test func survivesHostileInput() {
        var random = SeededGenerator(seed: 1009)
        for _ in 0..<5000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let opcode = WebSocketOpcode.allCases.randomElement(using: &random) ?? .text
                let count = [0, 1, 2, 125, 126, 300].randomElement(using: &random) ?? 0
                let payload = (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
                let frame = WebSocketFrame(opcode, payload, isFinal: Bool.random(using: &random))
                bytes += frame.encoded(
                    mask: Int.random(in: 0..<20, using: &random) == 0 ? nil : .random(in: .min ... .max, using: &random)
                )
            }
            var decoder = WebSocketDecoder(of: .client, maximumMessageBytes: 512, maximumFrameBytes: 256)
            decoder.endure(bytes, limit: 512, &random)
        }
    }
}
