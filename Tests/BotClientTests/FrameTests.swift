import Foundation
import TestSupport
import Testing

@testable import BotClient

/// The protocol's frames (Tests/Protocol/vectors.json), which every client is held to.
@Suite struct FrameTests {
    private static var vectors: [String: Any] {
        let path = "\(#filePath)".dropLast("BotClientTests/FrameTests.swift".count) + "Protocol/vectors.json"
        let data = FileManager.default.contents(atPath: String(path)) ?? Data()
        return (try? JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
    }

    private static func list(_ side: String, _ kind: String) -> [[String: Any]] {
        (vectors[side] as? [String: Any])?[kind] as? [[String: Any]] ?? []
    }

    private static func texts(_ kind: String) -> [String] {
        (vectors["server"] as? [String: Any])?[kind] as? [String] ?? []
    }

    /// `nil` for what the types of this client do not let anybody say.
    private static func frame(_ fields: [String: Any]) -> ClientFrame? {
        let given = fields.compactMapValues { $0 as? String }
        guard given.count == fields.count else { return nil }
        switch given["action"] {
        case "hello": return .hello(chatId: given["chatId"])
        case "sendMessage":
            guard let id = given["messageId"] else { return nil }
            if let message = given["message"], given["confirm"] == nil { return .message(message, messageId: id) }
            guard let confirm = given["confirm"], given["message"] == nil else { return nil }
            return .confirm(confirm, messageId: id)
        case "history": return .history(before: given["before"])
        case "feedback":
            guard let id = given["messageId"], let rating = given["rating"].flatMap(Rating.init(rawValue:)) else {
                return nil
            }
            return .feedback(messageId: id, rating, comment: given["comment"])
        case "handoff": return .handoff
        case "ping": return .ping
        default: return nil
        }
    }

    @Test func clientFramesAreOnTheWireAsTheVectorsSay() throws {
        let valid = Self.list("client", "valid")
        #expect(valid.count >= 11)
        for vector in valid {
            let frame = try #require(Self.frame(vector["frame"] as? [String: Any] ?? [:]), "\(vector)")
            #expect(try frame.encoded() == vector["text"] as? String)
        }
    }

    @Test func whatTheBotWouldRefuseIsRefusedWithItsCode() {
        var checked = 0
        for vector in Self.list("client", "invalid") {
            guard let frame = Self.frame(vector["frame"] as? [String: Any] ?? [:]) else { continue }
            checked += 1
            #expect {
                try frame.encoded()
            } throws: {
                ($0 as? BotError)?.code == vector["code"] as? String
            }
        }
        #expect(checked >= 9, "the others cannot be said in Swift")
    }

    @Test func serverFramesAreReadAsTheVectorsSay() throws {
        let valid = Self.list("server", "valid") + Self.list("server", "tolerated")
        #expect(valid.count >= 16)
        for vector in valid {
            let frame = try #require(try ServerFrame.decode(vector["text"] as? String ?? ""), "\(vector)")
            let fields = try #require(vector["frame"] as? [String: Any])
            #expect(Self.type(of: frame) == fields["type"] as? String, "\(vector)")
            switch frame {
            case .done(let answer):
                #expect(answer.text == fields["text"] as? String)
                #expect(answer.citations.count == (fields["citations"] as? [Any])?.count)
                #expect((answer.usage == nil) == (fields["usage"] == nil))
                #expect((answer.confirmation == nil) == (fields["confirmation"] == nil))
            case .error(let error):
                #expect(error.code == fields["code"] as? String && error.retryAfter == fields["retryAfter"] as? Int)
            case .welcome(let chatId, let token, let history):
                #expect(chatId == fields["chatId"] as? String && token == fields["token"] as? String)
                #expect(history.count == (fields["history"] as? [Any])?.count)
            case .delta(_, let seq, let text):
                #expect(seq == fields["seq"] as? Int && text == fields["text"] as? String)
            case .history(let messages, let before):
                #expect(messages.count == (fields["messages"] as? [Any])?.count)
                #expect(before == fields["before"] as? String)
            case .feedback(let messageId, let rating):
                #expect(messageId == fields["messageId"] as? String && rating.rawValue == fields["rating"] as? String)
            case .handoff(let message): #expect(message == fields["message"] as? String)
            case .pong: break
            }
        }
        for text in Self.texts("unknown") { #expect(try ServerFrame.decode(text) == nil, "\(text)") }
        #expect(Self.texts("malformed").count >= 17)
        for text in Self.texts("malformed") {
            #expect(throws: BotError.self, "\(text)") { try ServerFrame.decode(text) }
        }
    }

    private static func type(of frame: ServerFrame) -> String {
        switch frame {
        case .welcome: "welcome"
        case .delta: "delta"
        case .done: "done"
        case .error: "error"
        case .history: "history"
        case .feedback: "feedback"
        case .handoff: "handoff"
        case .pong: "pong"
        }
    }

    @Test func aFrameStaysUnderTheGatewaysLimit() throws {
        let overhead = try ClientFrame.message("x", messageId: "m").encoded().utf8.count - 1
        let most = ClientFrame.maximumBytes - overhead - 1
        _ = try ClientFrame.message(String(repeating: "x", count: most), messageId: "m").encoded()
        for text in [String(repeating: "x", count: most + 1), String(repeating: "é", count: 17_000)] {
            #expect {
                try ClientFrame.message(text, messageId: "m").encoded()
            } throws: {
                ($0 as? BotError)?.code == "message_too_long"
            }
        }
    }

    @Test func anyTextIsEitherReadOrRefused() {
        var generator = SeededGenerator(seed: 3)
        let texts = Self.list("server", "valid").compactMap { $0["text"] as? String }
        let pieces = Array("\"{]n0:,".utf8)
        var read = 0
        for _ in 0..<3000 {
            var bytes = Array(texts[Int.random(in: 0..<texts.count, using: &generator)].utf8)
            for _ in 0...Int.random(in: 0...2, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }
            if (try? ServerFrame.decode(String(decoding: bytes, as: UTF8.self))) != nil { read += 1 }
        }
        #expect((100..<2900).contains(read), "\(read) were read")
    }
}
