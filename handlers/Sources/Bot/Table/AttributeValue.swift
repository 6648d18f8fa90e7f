import AWSCore

typealias Item = [String: AttributeValue]

/// A DynamoDB attribute value, of the types that the bot's items have
/// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).
enum AttributeValue: Equatable, Sendable {
    case string(String)
    case number(Int64)
    case list([AttributeValue])
    case map(Item)
    /// Of a type that the bot does not write.
    case other

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integer: Int64? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    var elements: [AttributeValue]? {
        guard case .list(let elements) = self else { return nil }
        return elements
    }

    var members: Item? {
        guard case .map(let members) = self else { return nil }
        return members
    }

    var json: JSONValue {
        switch self {
        case .string(let text): .object(["S": .string(text)])
        case .number(let number): .object(["N": .string(String(number))])
        case .list(let elements): .object(["L": .array(elements.map(\.json))])
        case .map(let members): .object(["M": .object(members.mapValues(\.json))])
        case .other: .object(["NULL": .bool(true)])
        }
    }

    init(json: JSONValue) {
        if let text = json["S"]?.stringValue {
            self = .string(text)
        } else if let number = json["N"]?.stringValue.flatMap(Int64.init) {
            self = .number(number)
        } else if let elements = json["L"]?.arrayValue {
            self = .list(elements.map(AttributeValue.init(json:)))
        } else if let members = json["M"]?.objectValue {
            self = .map(members.mapValues(AttributeValue.init(json:)))
        } else {
            self = .other
        }
    }
}
