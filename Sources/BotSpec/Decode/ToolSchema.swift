import FoundationEssentials

/// A tool's input schema: YAML in the spec, JSON for the model.
enum ToolSchema {
    /// The schema of a tool that takes nothing.
    static let empty = #"{"properties":{},"type":"object"}"#

    /// Sorted keys, no white space. What JSON cannot hold (infinity) becomes null, and is no schema then.
    static func canonicalJSON(_ node: YAMLNode?) -> String {
        guard let node else { return empty }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(JSONTree(node: node)) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether the schema says `type: object`, and its properties, if any, are a map of schemas.
    static func isObjectSchema(_ json: String) -> Bool {
        struct Shape: Decodable {
            struct Anything: Decodable { init(from decoder: any Decoder) throws {} }
            var type: String
            var properties: [String: [String: Anything]]?
            var required: [String]?
        }
        guard let shape = try? JSONDecoder().decode(Shape.self, from: Data(json.utf8)) else { return false }
        return shape.type == "object"
    }

    private struct JSONTree: Encodable {
        var node: YAMLNode

        struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            switch node.content {
            case .mapping(let entries):
                var container = encoder.container(keyedBy: Key.self)
                for entry in entries {
                    try container.encode(JSONTree(node: entry.value), forKey: Key(stringValue: entry.key))
                }
            case .sequence(let items):
                var container = encoder.unkeyedContainer()
                for item in items { try container.encode(JSONTree(node: item)) }
            case .scalar(let scalar):
                var container = encoder.singleValueContainer()
                switch scalar.value {
                case .bool(let value): try container.encode(value)
                case .int(let value): try container.encode(value)
                case .float(let value) where value.isFinite: try container.encode(value)
                case .null, .float: try container.encodeNil()
                case .string: try container.encode(scalar.text)
                }
            }
        }
    }
}
