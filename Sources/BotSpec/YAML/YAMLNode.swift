import Diagnostics

/// A YAML document as a tree: aliases and merge keys resolved, every node with its place in the file.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    var content: Content
    /// Of an alias: where the alias stands. What is below it keeps the place where it was written.
    var range: SourceRange
    /// Nodes in this tree, shared ones counted as often as they appear.
    var weight = 1
    /// Levels in this tree; 1 for a scalar.
    var height = 1

    var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.value == .null } else { false }
    }

    /// For messages: `a number`, `a list`.
    var kind: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a map"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: "nothing"
            case .bool: "a boolean"
            case .int: "a whole number"
            case .float: "a number"
            case .string: "text"
            }
        }
    }
}

struct YAMLEntry: Sendable {
    var key: String
    var keyRange: SourceRange
    var value: YAMLNode
}

struct YAMLScalar: Sendable {
    /// As written, after unescaping and folding.
    var text: String
    var value: YAMLValue
    /// Neither quoted nor a block.
    var isPlain: Bool
}

/// A scalar by YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema): `yes`, `on` and
/// `012` are not what they were in YAML 1.1.
enum YAMLValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string
}
