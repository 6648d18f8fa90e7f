import FoundationEssentials
import Testing

@testable import BotContract

/// The frames that every client of the protocol is tested with (`Tests/Protocol/vectors.json`).
struct VectorTests {
    private struct Vectors: Decodable {
        var client: Client
        var server: Server

        struct Client: Decodable {
            var valid: [Vector]
            var invalid: [Refusal]
        }

        struct Server: Decodable {
            var valid: [Vector]
            var tolerated: [Vector]
            var unknown: [String]
            var malformed: [String]
        }

        struct Vector: Decodable {
            var name: String
            var text: String
            var frame: Frame
        }

        /// Only where a gateway's answer is read as a frame of ours.
        struct Frame: Decodable {
            var type: String?
        }

        struct Refusal: Decodable {
            var name: String
            var code: String
        }
    }

    private static let folder = "\(#filePath)".dropLast("handlers/Tests/BotContractTests/VectorTests.swift".count)

    private static func bytes() throws -> Data {
        try Data(contentsOf: URL(filePath: "\(folder)Tests/Protocol/vectors.json"))
    }

    private let vectors: Vectors

    init() throws { vectors = try JSONDecoder().decode(Vectors.self, from: Self.bytes()) }

    @Test func clientFramesAreReadAndWrittenAsTheVectorsSay() throws {
        #expect(vectors.client.valid.count > 10)
        for vector in vectors.client.valid {
            let frame = try ClientFrame(json: Array(vector.text.utf8))
            #expect(String(decoding: frame.encoded(), as: UTF8.self) == vector.text, "\(vector.name)")
        }
    }

    @Test func wrongClientFramesAreRefusedWithTheVectorsCode() throws {
        // The frames' own JSON, to be sent as it is.
        struct Raw: Decodable {
            var client: Client
            struct Client: Decodable { var invalid: [Case] }
            struct Case: Decodable { var frame: Value }
        }
        let frames = try JSONDecoder().decode(Raw.self, from: Self.bytes()).client.invalid.map(\.frame)
        try #require(frames.count == vectors.client.invalid.count && frames.count > 15)
        for (vector, frame) in zip(vectors.client.invalid, frames) {
            let json = Array(try JSONEncoder().encode(frame))
            let error = #expect(throws: FrameError.self, "\(vector.name)") { try ClientFrame(json: json) }
            #expect(error?.code.rawValue == vector.code, "\(vector.name)")
        }
    }

    @Test func serverFramesAreReadAndWrittenAsTheVectorsSay() throws {
        #expect(vectors.server.valid.count > 10)
        for vector in vectors.server.valid {
            let frame = try ServerFrame(json: Array(vector.text.utf8))
            #expect(String(decoding: frame.encoded(), as: UTF8.self) == vector.text, "\(vector.name)")
        }
        for vector in vectors.server.tolerated {
            #expect(try ServerFrame(json: Array(vector.text.utf8)).type == vector.frame.type, "\(vector.name)")
        }
    }

    @Test func whatIsNoFrameIsRefused() {
        for text in vectors.server.unknown {
            let error = #expect(throws: ServerFrameError.self) { try ServerFrame(json: Array(text.utf8)) }
            guard case .unknownType = error else {
                Issue.record("\(text): \(String(describing: error))")
                continue
            }
        }
        for text in vectors.server.malformed {
            let error = #expect(throws: ServerFrameError.self, "\(text)") { try ServerFrame(json: Array(text.utf8)) }
            if case .unknownType = error { Issue.record("\(text) is read as a frame of an unknown type") }
        }
    }
}

/// Flat JSON: text, whole numbers, and objects of them.
private enum Value: Codable {
    case text(String)
    case number(Int)
    case object([String: Value])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .object(try container.decode([String: Value].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .object(let fields): try container.encode(fields)
        }
    }
}
