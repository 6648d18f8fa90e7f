import AWSCore
import JSONSchema
import TestSupport
import Testing

struct SchemaTests {
    @Test(
        arguments: [
            (#"[]"#, "a schema must be a map"),
            (#"{"pattern":"a"}"#, "the keyword `pattern` is not supported"),
            (#"{"properties":{"a":{"format":"date"}}}"#, "/properties/a: the keyword `format` is not supported"),
            (#"{"type":"text"}"#, "`text` is none of the types"), (#"{"type":[]}"#, "`type` must be"),
            (#"{"type":["string","string"]}"#, "`type` must be"), (#"{"type":["string",1]}"#, "`type` must be"),
            (#"{"enum":[]}"#, "`enum` must be"), (#"{"properties":[]}"#, "`properties` must be a map"),
            (#"{"required":["a"]}"#, "`required` names `a`"), (#"{"required":"a"}"#, "`required` must be"),
            (#"{"additionalProperties":{}}"#, "`additionalProperties` must be"),
            (#"{"items":[{}]}"#, "/items: a schema must be a map"),
            (#"{"minLength":-1}"#, "`minLength` must be"), (#"{"minLength":1.5}"#, "`minLength` must be"),
            (#"{"minLength":2,"maxLength":1}"#, "`minLength` is above `maxLength`"),
            (#"{"minimum":"1"}"#, "`minimum` must be a number"),
            (#"{"minimum":2,"maximum":1}"#, "`minimum` is above `maximum`"),
        ]
    )
    func refusesWhatItCannotCheck(_ text: String, _ message: String) throws {
        let error = #expect(throws: SchemaError.self) { try Schema(try JSONValue.parse(text)) }
        #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test func refusesSchemasThatWouldExhaustTheStack() throws {
        func nested(_ depth: Int) -> JSONValue { (1..<depth).reduce([:]) { inner, _ in ["items": inner] } }
        _ = try Schema(nested(Schema.maximumDepth))
        #expect(throws: SchemaError.self) { try Schema(nested(Schema.maximumDepth + 1)) }
    }

    static let order: JSONValue = [
        "type": "object",
        "properties": [
            "order": ["type": "string", "minLength": 3, "maxLength": 8, "description": "A-1001"],
            "count": ["type": "integer", "minimum": 1, "maximum": 9],
            "size": ["enum": ["S", "M", 1]],
            "tags": ["type": "array", "items": ["type": ["string", "null"]], "minItems": 1, "maxItems": 2],
        ],
        "required": ["order"], "additionalProperties": false,
    ]

    @Test(
        arguments: [
            (#"{"order":"A-1001"}"#, []), (#"{"order":"A-1","count":1.0,"size":1.0,"tags":[null]}"#, []),
            (#"{"order":"äöü"}"#, []),
            (#""A-1001""#, ["the input must be of the type object"]),
            (#"{}"#, ["the input lacks `order`"]),
            (#"{"order":17}"#, ["/order must be of the type string"]),
            (#"{"order":"A"}"#, ["/order must have at least 3 characters"]),
            (#"{"order":"A-1001-22"}"#, ["/order must have at most 8 characters"]),
            (#"{"order":"A-1","count":0}"#, ["/count must be at least 1"]),
            (#"{"order":"A-1","count":true}"#, ["/count must be of the type integer"]),
            (#"{"order":"A-1","count":1.5}"#, ["/count must be of the type integer"]),
            (#"{"order":"A-1","size":"L"}"#, [#"/size must be one of "S", "M", 1"#]),
            (#"{"order":"A-1","size":true}"#, [#"/size must be one of "S", "M", 1"#]),
            (#"{"order":"A-1","tags":[]}"#, ["/tags has 0 elements"]),
            (#"{"order":"A-1","tags":["a",2]}"#, ["/tags/1 must be of the type string or null"]),
            (#"{"order":"A-1","userId":"v_other"}"#, ["the input has no property `userId`"]),
        ] as [(String, [String])]
    )
    func saysWhatIsWrong(_ input: String, _ problems: [String]) throws {
        let schema = try Schema(Self.order)
        #expect(schema.problems(in: try JSONValue.parse(input)) == problems)
    }

    @Test func saysNoMoreThanAModelReads() throws {
        let schema = try Schema(["additionalProperties": false])
        let value = JSONValue.object(Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("k\($0)", nil) }))
        #expect(schema.problems(in: value).count == Schema.maximumProblems)
    }

    /// Thousands of pairs, judged by a peer. It has rules of its own for null inside a value and for booleans in an
    /// `enum`, because CloudFormation does: the tables above have these.
    @Test func agreesWithJSONSchema() throws {
        var random = SeededGenerator(seed: 20)
        var pairs: [JSONValue] = []
        var ours: [Bool] = []
        while pairs.count < 4_000 {
            let json = random.schema(depth: 3)
            guard let schema = try? Schema(json) else { continue }
            let value = random.value(depth: 3)
            pairs.append(["schema": json, "value": value])
            ours.append(schema.problems(in: value).isEmpty)
        }
        let theirs = try Python.run("Tests/JSONSchemaTests/schema_oracle.py", lines: pairs).map { $0 == true }
        for (index, pair) in pairs.enumerated() where ours[index] != theirs[index] {
            Issue.record("\(pair.encodedString()): we say \(ours[index])")
        }
        #expect((500...3_500).contains(ours.filter { $0 }.count), "the pairs try both answers")
    }
}

extension SeededGenerator {
    private static let names = ["a", "b", "c"]
    private static let kinds = ["object", "array", "string", "number", "integer", "boolean", "null"]

    fileprivate mutating func value(depth: Int, withBooleans: Bool = true) -> JSONValue {
        switch Int.random(in: (withBooleans ? 1 : 2)..<(depth > 0 ? 9 : 7), using: &self) {
        case 1: return .bool(chance(50))
        case 2: return .int(Int64.random(in: -2...3, using: &self))
        case 3: return .double(pick([0.5, 1.0, 2.0, -1.5]))
        case 4, 5, 6: return .string(text("aä🙂", 0...3))
        case 7:
            return .array(
                (0..<Int.random(in: 0...3, using: &self)).map { _ in
                    value(depth: depth - 1, withBooleans: withBooleans)
                }
            )
        default:
            var members: [String: JSONValue] = [:]
            for name in Self.names where chance(60) {
                members[name] = value(depth: depth - 1, withBooleans: withBooleans)
            }
            return .object(members)
        }
    }

    fileprivate mutating func schema(depth: Int) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if chance(60) { members["type"] = .string(pick(Self.kinds)) }
        if chance(10) { members["type"] = .array([.string("string"), .string("object")]) }
        if chance(10) { members["enum"] = .array((0..<3).map { _ in value(depth: 1, withBooleans: false) }) }
        if depth > 0, chance(50) {
            var properties: [String: JSONValue] = [:]
            for name in Self.names where chance(60) { properties[name] = schema(depth: depth - 1) }
            members["properties"] = .object(properties)
            members["required"] = .array(properties.keys.sorted().filter { _ in chance(30) }.map { .string($0) })
        }
        if chance(20) { members["additionalProperties"] = .bool(chance(50)) }
        if depth > 0, chance(30) { members["items"] = schema(depth: depth - 1) }
        for name in ["minItems", "minLength"] where chance(15) { members[name] = 1 }
        for name in ["maxItems", "maxLength"] where chance(15) { members[name] = 2 }
        if chance(15) { members["minimum"] = 0 }
        if chance(15) { members["maximum"] = 1.5 }
        if chance(10) { members["description"] = "text" }
        return .object(members)
    }
}
