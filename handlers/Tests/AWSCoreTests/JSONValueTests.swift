import AWSCore
import Foundation
import TestSupport
import Testing

struct JSONValueTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("[1,-0,1.5,1e2]", [1, 0, 1.5, 100.0]),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            (#"{"a":{"b":[]},"a":1}"#, ["a": 1]), (#""\u00e9\ud83d\ude42\/\n""#, "é🙂/\n"),
            (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dA\ude00""#, "\u{FFFD}A\u{FFFD}"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        ] as [(String, JSONValue)]
    )
    func parses(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue.parse(text) == value)
    }

    @Test(arguments: [
        ("", 0), ("[1,]", 3), ("{\"a\":}", 5), ("{a:1}", 1), ("01", 2), ("1.", 2), ("+1", 0), (".5", 0), ("1e", 2),
        ("NaN", 0), ("nul", 0), ("\"a", 2), ("\"\t\"", 1), ("\"\\x\"", 2), ("\"\\u12\"", 3), ("[] []", 3), ("1e999", 5),
        ("[1 2]", 3), ("{\"a\" 1}", 5), ("//", 0),
    ])
    func refuses(_ text: String, _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(error?.offset == offset)
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xC0, 0x80, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func refusesDocumentsThatWouldExhaustTheStack() throws {
        let limit = JSONValue.maximumDepth
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSONValue.parse(nested(limit))
        #expect(throws: JSONError.self) { try JSONValue.parse(nested(limit + 1)) }
        #expect(throws: JSONError.self) { try JSONValue.parse(String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    @Test func encodesTheSameValueAsTheSameText() {
        let value: JSONValue = [
            "b": [1, 2.5, nil, false], "a": "q\"\\\u{1}\n\u{7F}é🙂/", "aa": [:], "": [], "Z": .double(.infinity),
        ]
        #expect(
            value.encodedString()
                == #"{"":[],"Z":null,"a":"q\"\\\u0001\n"# + "\u{7F}é🙂/" + #"","aa":{},"b":[1,2.5,null,false]}"#
        )
    }

    @Test func codesAsFoundationDoes() throws {
        let value: JSONValue = ["a": [1, 2.5, nil, true, "x"], "b": ["c": .int(.max)]]
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.encoded())) == value)
        #expect(try JSONValue.parse([UInt8](JSONEncoder().encode(value))) == value)
    }

    @Test func readsMembersByKind() {
        let value: JSONValue = ["s": "x", "i": 3, "d": 2.0, "f": 2.5, "b": true, "l": [1], "n": nil]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.intValue == 3 && value["i"]?.doubleValue == 3)
        #expect(value["d"]?.intValue == 2 && value["f"]?.intValue == nil)
        #expect(value["b"]?.boolValue == true && value["l"]?[0] == 1 && value["l"]?[1] == nil)
        #expect(value["n"]?.isNull == true && value["none"] == nil && value["s"]?["x"] == nil)
    }

    /// Documents, sound and mutated: Python's parser takes the same ones, and means the same by them.
    @Test func pythonAgrees() throws {
        var generator = SeededGenerator(seed: 8259)
        var documents: [[UInt8]] = []
        for _ in 0..<3000 {
            let document = Self.document(&generator, depth: 0).encoded()
            documents.append(generator.chance(40) ? document : generator.mutate(document))
        }
        let answers = try Python.run(
            "Tests/AWSCoreTests/json_oracle.py",
            lines: documents.map { .string(base64Encode($0)) }
        )
        var sound = 0
        for (document, answer) in zip(documents, answers) {
            let text = String(decoding: document, as: UTF8.self)
            // Python also takes an escaped half of a surrogate pair, which comes back as invalid UTF-8.
            let parsed = try? JSONValue.parse(document)
            try #require((parsed != nil) == (answer["ok"] == true), "\(text)")
            guard let parsed, let again = answer["text"]?.stringValue.flatMap(base64Decode),
                !text.lowercased().contains(#"\ud"#)
            else { continue }
            sound += 1
            try #require(try JSONValue.parse(again) == parsed, "\(text)")
        }
        #expect(sound > 1000 && sound < 2900, "\(sound) of the documents were sound")
    }

    @Test func mutatedDocumentsCrashNothing() {
        var generator = SeededGenerator(seed: 100_000)
        let seeds = (0..<50).map { _ in Self.document(&generator, depth: 0).encoded() }
        for _ in 0..<100_000 {
            let document = generator.mutate(generator.pick(seeds).prefix(200).map { $0 })
            if let value = try? JSONValue.parse(document) {
                #expect((try? JSONValue.parse(value.encoded())) == value)
            }
        }
    }

    private static func document(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        let text = { (generator: inout SeededGenerator) in generator.text("ab\"\\/\n\t\u{8}\u{1F}é漢🙂u0{}[],:", 0...8) }
        switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &generator) {
        case 0: return nil
        case 1: return .bool(generator.chance(50))
        case 2: return .int(generator.chance(50) ? Int64.random(in: -99...99, using: &generator) : .min)
        case 3: return .double(generator.pick([0.1, -2.5e300, .leastNonzeroMagnitude, 1e21, 123456.789, 1 / 3]))
        case 4: return .string(text(&generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in document(&generator, depth: depth + 1) }
            )
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                members[text(&generator)] = document(&generator, depth: depth + 1)
            }
            return .object(members)
        }
    }
}
