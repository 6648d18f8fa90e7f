import TestSupport
import Testing

@testable import BotContract

struct FrameTests {
    private static let citation = Citation(id: "returns-1", title: "Time \"limit\"", file: "rules/returns.md")
    private static let message = ChatMessage(
        id: "01HZZZZZZZZZZZZZZZZZZZZZZZ.1",
        messageId: "m1",
        role: .bot,
        text: "30 days/é\n",
        createdAt: 1_800_000_000_000,
        citations: [citation]
    )

    /// The protocol's frames, as they are on the wire.
    static let golden: [(ServerFrame, String)] = [
        (.pong, #"{"type":"pong"}"#),
        (.feedback(messageId: "m1", rating: .down), #"{"messageId":"m1","rating":"down","type":"feedback"}"#),
        (.handoff(message: "Wait, please."), #"{"message":"Wait, please.","type":"handoff"}"#),
        (.delta(messageId: "m1", seq: 0, text: "Hi/"), #"{"messageId":"m1","seq":0,"text":"Hi/","type":"delta"}"#),
        (
            .done(
                messageId: "m1",
                text: "Hi",
                citations: [citation],
                usage: TokenUsage(inputTokens: 3, outputTokens: 4)
            ),
            #"{"citations":[{"file":"rules/returns.md","id":"returns-1","title":"Time \"limit\""}],"#
                + #""messageId":"m1","text":"Hi","type":"done","usage":{"inputTokens":3,"outputTokens":4}}"#
        ),
        (
            .done(messageId: "m1", text: "Hi", citations: [], usage: nil),
            #"{"citations":[],"messageId":"m1","text":"Hi","type":"done"}"#
        ),
        (
            .done(
                messageId: "m1",
                text: "Sure?",
                citations: [],
                usage: nil,
                confirmation: .init(
                    id: "01HZZZZZZZZZZZZZZZZZZZZZZZ",
                    tool: "cancelOrder",
                    input: #"{"order":"A-1"}"#,
                    expiresAt: 1_800_000_900_000
                )
            ),
            #"{"citations":[],"confirmation":{"expiresAt":1800000900000,"id":"01HZZZZZZZZZZZZZZZZZZZZZZZ","#
                + #""input":"{\"order\":\"A-1\"}","tool":"cancelOrder"},"messageId":"m1","text":"Sure?","type":"done"}"#
        ),
        (
            .error(code: "rate_limited", message: "Wait.", messageId: "m1", retryAfter: 3),
            #"{"code":"rate_limited","message":"Wait.","messageId":"m1","retryAfter":3,"type":"error"}"#
        ),
        (
            .error(code: "bad_frame", message: "No.", messageId: nil, retryAfter: nil),
            #"{"code":"bad_frame","message":"No.","type":"error"}"#
        ),
        (
            .welcome(chatId: "Lq3d=", token: "v1.a.b", history: [message]),
            #"{"chatId":"Lq3d=","history":[{"citations":[{"file":"rules/returns.md","id":"returns-1","#
                + #""title":"Time \"limit\""}],"createdAt":1800000000000,"id":"01HZZZZZZZZZZZZZZZZZZZZZZZ.1","#
                + #""messageId":"m1","role":"bot","text":"30 days/é\n"}],"token":"v1.a.b","type":"welcome"}"#
        ),
        (.welcome(chatId: "c", token: nil, history: []), #"{"chatId":"c","history":[],"type":"welcome"}"#),
        (.history(messages: [], before: nil), #"{"messages":[],"type":"history"}"#),
        (
            .history(messages: [], before: "01HZZZZZZZZZZZZZZZZZZZZZZZ.0"),
            #"{"before":"01HZZZZZZZZZZZZZZZZZZZZZZZ.0","messages":[],"type":"history"}"#
        ),
    ]

    @Test(arguments: golden)
    func serverFramesAreOnTheWireAsDocumented(_ frame: ServerFrame, _ json: String) throws {
        #expect(String(decoding: frame.encoded(), as: UTF8.self) == json)
        #expect(try ServerFrame(json: Array(json.utf8)) == frame)
    }

    @Test(
        arguments: [
            (.hello(chatId: nil), #"{"action":"hello"}"#),
            (.hello(chatId: "Lq3d="), #"{"action":"hello","chatId":"Lq3d="}"#),
            (
                .sendMessage(message: "Hi", messageId: "m-1_A"),
                #"{"action":"sendMessage","message":"Hi","messageId":"m-1_A"}"#
            ),
            (
                .confirm(id: "01HZZZZZZZZZZZZZZZZZZZZZZZ", messageId: "m-2"),
                #"{"action":"sendMessage","confirm":"01HZZZZZZZZZZZZZZZZZZZZZZZ","messageId":"m-2"}"#
            ),
            (.history(before: nil), #"{"action":"history"}"#),
            (
                .history(before: "01HZZZZZZZZZZZZZZZZZZZZZZZ.0"),
                #"{"action":"history","before":"01HZZZZZZZZZZZZZZZZZZZZZZZ.0"}"#
            ),
            (.ping, #"{"action":"ping"}"#),
        ] as [(ClientFrame, String)]
    )
    func clientFramesAreOnTheWireAsDocumented(_ frame: ClientFrame, _ json: String) throws {
        #expect(String(decoding: frame.encoded(), as: UTF8.self) == json)
        #expect(try ClientFrame(json: Array(json.utf8)) == frame)
    }

    @Test(arguments: [
        (#"{"action":"ping","later":{"x":[1]},"token":null}"#, ClientFrame.ping),
        (#"{"action":"hello","chatId":null}"#, .hello(chatId: nil)),
        ("\n {\"action\" : \"ping\"} \n", .ping),
        (#"{"action":"sendMessage","message":"😀","messageId":"m"}"#, .sendMessage(message: "😀", messageId: "m")),
    ])
    func clientFramesMayHoldMore(_ json: String, _ frame: ClientFrame) throws {
        #expect(try ClientFrame(json: Array(json.utf8)) == frame)
    }

    @Test(
        arguments: [
            ("", .badFrame), ("null", .badFrame), ("{}", .badFrame), ("{\"action\":1}", .badFrame),
            (#"{"action":"nothing"}"#, .unknownAction), (#"{"action":"$connect"}"#, .unknownAction),
            (#"{"action":"hello","chatId":5}"#, .badFrame),
            (#"{"action":"history","before":"x"}"#, .badFrame),
            (#"{"action":"history","before":"01HZZZZZZZZZZZZZZZZZZZZZZZ.2"}"#, .badFrame),
            (#"{"action":"history","before":"01HZZZZZZZZZZZZZZZZZZZZZZ!.1"}"#, .badFrame),
            (#"{"action":"sendMessage","message":"x","messageId":""}"#, .badMessageId),
            (#"{"action":"sendMessage","message":"x","messageId":"a b"}"#, .badMessageId),
            (#"{"action":"sendMessage","message":"x","messageId":"é"}"#, .badMessageId),
            (#"{"action":"sendMessage","message":"","messageId":"m"}"#, .messageEmpty),
            (#"{"action":"sendMessage","message":"\u0000 \t","messageId":"m"}"#, .messageEmpty),
            (#"{"action":"sendMessage","messageId":"m"}"#, .badFrame),
            (#"{"action":"sendMessage","confirm":"01HZ","messageId":"m"}"#, .badFrame),
            (#"{"action":"sendMessage","confirm":"01HZZZZZZZZZZZZZZZZZZZZZZZ"}"#, .badFrame),
            (#"{"action":"sendMessage","confirm":"01HZZZZZZZZZZZZZZZZZZZZZZZ","messageId":"é"}"#, .badMessageId),
            (
                #"{"action":"sendMessage","confirm":"01HZZZZZZZZZZZZZZZZZZZZZZZ","message":"x","messageId":"m"}"#,
                .badFrame
            ),
            (#"{"action":"sendMessage","message":"12345","messageId":"m"}"#, .messageTooLong),
        ] as [(String, ErrorCode)]
    )
    func wrongClientFramesHaveACode(_ json: String, _ code: ErrorCode) {
        let error = #expect(throws: FrameError.self) {
            try ClientFrame(json: Array(json.utf8), maximumMessageCharacters: 4)
        }
        #expect(error?.code == code)
    }

    @Test func idsHaveTheirBounds() {
        #expect(Frame.isMessageId(String(repeating: "a", count: 64)))
        #expect(!Frame.isMessageId(String(repeating: "a", count: 65)))
        #expect(!Frame.isMessageId("a#b") && !Frame.isMessageId("a!b") && !Frame.isMessageId("a\n"))
        #expect(Frame.isChatId("Lq3dEfGhIAMCJ1A=") && !Frame.isChatId("a#b") && !Frame.isChatId("a!b"))
        #expect(!Frame.isChatId("") && !Frame.isChatId(String(repeating: "a", count: 129)))
    }

    @Test func theGatewaysOwnMessagesAreErrors() throws {
        let json = #"{"message":"Internal server error","connectionId":"x=","requestId":"y"}"#
        #expect(
            try ServerFrame(json: Array(json.utf8))
                == .error(code: "gateway", message: "Internal server error", messageId: nil, retryAfter: nil)
        )
        #expect(throws: ServerFrameError.unknownType("typing")) {
            try ServerFrame(json: Array(#"{"type":"typing"}"#.utf8))
        }
        for wrong in ["", "[]", "{}", #"{"type":"delta"}"#, #"{"type":7}"#, #"{"type":"done","messageId":"m"}"#] {
            #expect(throws: ServerFrameError.self) { try ServerFrame(json: Array(wrong.utf8)) }
        }
    }

    @Test func framesSurviveTheirRoundTrip() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let text = random.text()
            let frame: ServerFrame = .done(
                messageId: "m",
                text: text,
                citations: [Citation(id: text, title: text, file: text)],
                usage: nil
            )
            #expect(try ServerFrame(json: frame.encoded()) == frame)
        }
    }

    /// No bytes whatever crash the parsers.
    @Test func parsersSurviveHostileInput() {
        var random = SeededGenerator(seed: 2)
        let seeds =
            Self.golden.map { Array($0.1.utf8) } + [
                Array(#"{"action":"sendMessage","message":"Hi","messageId":"m-1"}"#.utf8),
                Array(#"{"action":"history","before":"01HZZZZZZZZZZZZZZZZZZZZZZZ.0"}"#.utf8),
            ]
        for _ in 0..<100_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: Array("[{\"\\u".utf8), at: at)
                default: bytes.removeSubrange(at...)
                }
            }
            if let frame = try? ClientFrame(json: bytes, maximumMessageCharacters: 100) {
                if case .sendMessage(let message, let id) = frame {
                    #expect(Frame.isMessageId(id) && message.unicodeScalars.count <= 100)
                }
            }
            _ = try? ServerFrame(json: bytes)
        }
        for deep in ["[", "{\"a\":", "{\"action\":["] {
            let bytes = Array(String(repeating: deep, count: 30_000).utf8)
            #expect(throws: FrameError.self) { try ClientFrame(json: bytes) }
            #expect(throws: ServerFrameError.self) { try ServerFrame(json: bytes) }
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...30, using: &self) {
            let range: ClosedRange<UInt32> = Bool.random(using: &self) ? 0...0x7F : 0x80...0x1F9FF
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
