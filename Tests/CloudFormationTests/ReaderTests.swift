import CloudFormation
import TestSupport
import Testing

@Suite struct ReaderTests {
    struct Refusal: Sendable {
        var text: String
        var code: TemplateError.Code
        var line: Int
        var column: Int
        init(_ text: String, _ code: TemplateError.Code, _ line: Int, _ column: Int) {
            self.text = text
            self.code = code
            self.line = line
            self.column = column
        }
    }

    static let refusals: [Refusal] = [
        Refusal("", .notJSON, 1, 1),
        Refusal("Resources:\n  A: {}\n", .notJSON, 1, 1),
        Refusal("[]", .notJSON, 1, 1),
        Refusal("{", .unexpectedEnd, 1, 2),
        Refusal("{\"a\"", .unexpectedEnd, 1, 5),
        Refusal("{\"a\":", .unexpectedEnd, 1, 6),
        Refusal("{\"a\": [1,\n 2", .unexpectedEnd, 2, 3),
        Refusal("{\"a\": \"b", .unexpectedEnd, 1, 9),
        Refusal("{\"a\": \"b\\", .unexpectedEnd, 1, 10),
        Refusal("{\"a\": \"\\u12", .unexpectedEnd, 1, 12),
        Refusal("{a: 1}", .unexpectedCharacter, 1, 2),
        Refusal("{\"a\" 1}", .unexpectedCharacter, 1, 6),
        Refusal("{\"a\": 1,}", .unexpectedCharacter, 1, 9),
        Refusal("{\"a\": [1,]}", .unexpectedCharacter, 1, 10),
        Refusal("{\"a\": 'b'}", .unexpectedCharacter, 1, 7),
        Refusal("{\"a\": tru}", .unexpectedCharacter, 1, 7),
        Refusal("{\"a\": nul}", .unexpectedCharacter, 1, 7),
        Refusal("{\"a\": +1}", .unexpectedCharacter, 1, 7),
        Refusal("{\n  \"a\": // why\n 1}", .unexpectedCharacter, 2, 8),
        Refusal("{\"a\": NaN}", .unexpectedCharacter, 1, 7),
        Refusal("{\"a\": null}", .nullValue, 1, 7),
        Refusal("{\"a\": 1,\n \"a\": 2}", .duplicateKey, 2, 2),
        Refusal("{\"a\": 1, \"\\u0061\": 2}", .duplicateKey, 1, 10),
        Refusal("{\"a\": 01}", .badNumber, 1, 9),
        Refusal("{\"a\": -}", .badNumber, 1, 8),
        Refusal("{\"a\": 1.}", .badNumber, 1, 9),
        Refusal("{\"a\": 1e+}", .badNumber, 1, 10),
        Refusal("{\"a\": 1e999}", .badNumber, 1, 12),
        Refusal("{\"a\": \"\u{1}\"}", .badString, 1, 8),
        Refusal("{\"a\": \"line\nbreak\"}", .badString, 1, 12),
        Refusal("{\"a\": \"\\x\"}", .badString, 1, 10),
        Refusal("{\"a\": \"\\ud83d\"}", .badString, 1, 14),
        Refusal("{\"a\": \"\\ude00\"}", .badString, 1, 14),
        Refusal("{\"a\": \"\\ud83d\\u0041\"}", .badString, 1, 20),
        Refusal("{\"a\": \"\\u12G4\"}", .badString, 1, 12),
        Refusal("{} {}", .trailingText, 1, 4),
        Refusal("{}", .badShape, 0, 0),
        Refusal("{\"Resources\": []}", .badShape, 0, 0),
        Refusal("{\"Resources\": {\"my-table\": {\"Type\": \"T\"}}}", .badShape, 0, 0),
        Refusal("{\"Resources\": {\"T\": {}}}", .badShape, 0, 0),
        Refusal("{\"Resources\": {\"T\": 1}}", .badShape, 0, 0),
        Refusal("{\"Resources\": {\"T\": {\"Type\": \"T\", \"Properties\": []}}}", .badShape, 0, 0),
    ]

    @Test(arguments: refusals)
    func refuses(refusal: Refusal) throws {
        let error = try #require(throws: TemplateError.self) { try Template.parse(refusal.text) }
        #expect(error.code == refusal.code, "\(refusal.text): \(error)")
        #expect([error.line, error.column] == [refusal.line, refusal.column], "\(refusal.text): \(error)")
    }

    @Test func everyCodeIsTested() {
        let tested = Self.refusals.map(\.code) + [.tooDeep, .tooLarge]
        #expect(Set(tested) == Set(TemplateError.Code.allCases))
    }

    @Test func depthIsBounded() throws {
        func nested(_ levels: Int) -> String {
            "{\"Resources\":{},\"a\":" + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
                + "}"
        }
        _ = try Template.parse(nested(127))
        let error = try #require(throws: TemplateError.self) { try Template.parse(nested(128)) }
        #expect(error.code == .tooDeep)
        let bomb = try #require(throws: TemplateError.self) { try Template.parse(nested(1_000_000)) }
        #expect(bomb.code == .tooDeep)
    }

    @Test func sizeIsBounded() throws {
        let text = "{\"Resources\":{}}" + String(repeating: " ", count: 8_000_000)
        #expect(try #require(throws: TemplateError.self) { try Template.parse(text) }.code == .tooLarge)
    }

    @Test(arguments: [
        ("0", TemplateValue.int(0)), ("-0", .int(0)), ("12", .int(12)), ("1.5", .double(1.5)), ("1E2", .double(100)),
        ("9223372036854775807", .int(.max)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
        ("\"\\/\\b\\f\\u00E9\\uD83D\\uDE00\"", .string("/\u{8}\u{C}é😀")), (" [ ] ", .list([])), ("\t{\r\n}", .map([:])),
    ])
    func reads(json: String, value: TemplateValue) throws {
        #expect(try Template.parse("{\"Resources\":{},\"a\":\(json)}").root["a"] == value)
    }

    @Test func keepsOrderAndUnknownSections() throws {
        let text = #"{"Transform":"T","Resources":{"B":{"Type":"X"},"A":{"Metadata":{},"Type":"Y"}},"Mappings":{}}"#
        let template = try Template.parse(text)
        #expect(template.encodedCompact() == text)
        #expect(template.resources.map(\.id.text) == ["B", "A"])
    }

    /// Most mutants are refused; what is read must mean to a peer what it means to us.
    @Test func mutatedTemplatesAreReadAsAPeerReadsThem() {
        var random = SeededGenerator(seed: 2)
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\u{0}\u{1}".utf8) + [0x7F, 0xC3, 0xA9, 0xFF]
        var read = 0
        for round in 0..<6_000 {
            var bytes = Array((round % 2 == 0 ? random.template().encoded() : random.template().encodedCompact()).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[index] = alphabet.randomElement(using: &random)!
                case 1: bytes.insert(alphabet.randomElement(using: &random)!, at: index)
                case 2: bytes.remove(at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { bytes = [0x7B] }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let template = try? Template.parse(text) else { continue }
            read += 1
            #expect(PeerJSON.read(text) == PeerJSON(template.root), "\(text)")
        }
        #expect(read > 500)
    }
}
