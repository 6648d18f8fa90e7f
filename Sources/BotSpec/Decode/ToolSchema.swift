import AWSCore
import FoundationEssentials
import JSONSchema

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

    /// Why the handlers could not check an input by this schema; `nil` when they can.
    static func problem(_ json: String) -> String? {
        do {
            let schema = try Schema(try JSONValue.parse(Array(json.utf8)))
            return schema.kinds == [.object] ? nil : "its `type` must be `object`"
        } catch {
            return "\(error)"
        }
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
