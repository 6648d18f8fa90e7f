import AWSCore
import FoundationEssentials
import Testing

/// Foundation's decoder is the peer: the same documents decode to the same values, or are refused by both.
@Suite struct JSONValueDecoderTests {
    struct Sample: Codable, Equatable {
        enum Kind: String, Codable { case plain, special }
        struct Inner: Codable, Equatable {
            var id: Int
            var weight: Double?
        }
        var name: String
        var kind: Kind
        var on: Bool
        var small: UInt8
        var inner: Inner
        var list: [Inner]
        var table: [String: [Int]]
        var optional: String?
        var any: JSONValue?
    }

    static let whole = """
        {"name":"n","kind":"special","on":true,"small":255,"inner":{"id":-3,"weight":1.5},\
        "list":[{"id":1},{"id":2,"weight":null}],"table":{"a":[1,2],"b":[]},"optional":"o","any":{"x":[1,"y",null]}}
        """

    static func variant(_ part: String, _ replacement: String) -> String {
        whole.replacing(part, with: replacement)
    }

    @Test(arguments: [
        whole,
        variant(#","optional":"o""#, ""),
        variant(#""o""#, "null"),
        variant("255", "256"),
        variant("255", "-1"),
        variant("255", "1.0"),
        variant("255", "1.5"),
        variant("true", "1"),
        variant("special", "unheard"),
        variant(#""id":-3,"#, ""),
        variant("-3", "null"),
        variant(#"[{"id":1},"#, #"[{"id":"1"},"#),
        variant(#""a":[1,2]"#, #""a":{"0":1}"#),
        variant(#""name":"n","#, ""),
        "[]", "null", "{}", "3",
    ])
    func decodesWhatFoundationDecodes(_ text: String) throws {
        let expected = try? JSONDecoder().decode(Sample.self, from: Data(text.utf8))
        let decoded = try? JSONValueDecoder().decode(Sample.self, from: JSONValue.parse(text))
        #expect(decoded == expected)
        if text == Self.whole { #expect(decoded != nil) }
    }

    @Test func namesTheValueThatDoesNotFit() throws {
        let json = try JSONValue.parse(Self.variant(#"{"id":1}"#, #"{"id":"one"}"#))
        let error = #expect(throws: DecodingError.self) { try JSONValueDecoder().decode(Sample.self, from: json) }
        guard case .typeMismatch(_, let context)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["list", "id"])
    }
}
