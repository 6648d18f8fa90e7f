public import AWSCore

/// The part of JSON Schema (https://json-schema.org/draft/2020-12/json-schema-validation) that describes a tool's
/// input. A keyword that is not checked here is refused when the schema is read, because a schema that promises
/// more than is checked is worse than a smaller one.
public struct Schema: Sendable, Equatable {
    /// How deep schemas may be nested.
    public static let maximumDepth = 16
    /// Of one value, so that an answer to a model stays short.
    public static let maximumProblems = 8

    /// Checked, in this order of reading.
    public static let keywords = [
        "type", "enum", "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
        "minLength", "maxLength", "minimum", "maximum",
    ]
    /// Read by the model alone.
    public static let annotations = ["title", "description", "default", "examples"]

    public enum Kind: String, Sendable, CaseIterable {
        case object, array, string, number, integer, boolean, null
    }

    /// Empty allows every type.
    public private(set) var kinds: [Kind] = []
    /// `nil` allows every value.
    public private(set) var values: [JSONValue]?
    public private(set) var properties: [String: Schema] = [:]
    public private(set) var required: [String] = []
    private var allowsOthers = true
    /// One schema, or none.
    private var items: [Schema] = []
    private var itemCount: ClosedRange<Int64> = 0...Int64.max
    private var length: ClosedRange<Int64> = 0...Int64.max
    private var minimum: Double?
    private var maximum: Double?

    public init(_ json: JSONValue) throws(SchemaError) {
        try self.init(json, at: "", depth: 0)
    }

    private init(_ json: JSONValue, at path: String, depth: Int) throws(SchemaError) {
        guard let members = json.objectValue else { throw SchemaError(path, "a schema must be a map") }
        guard depth < Self.maximumDepth else {
            throw SchemaError(path, "schemas are nested deeper than \(Self.maximumDepth)")
        }
        for name in members.keys.sorted() where !Self.keywords.contains(name) && !Self.annotations.contains(name) {
            throw SchemaError(path, "the keyword `\(name.prefix(40))` is not supported")
        }
        try readType(members["type"], path)
        if let given = members["enum"] {
            guard let list = given.arrayValue, !list.isEmpty else {
                throw SchemaError(path, "`enum` must be a list with at least one value")
            }
            values = list
        }
        if let given = members["properties"] {
            guard let map = given.objectValue else { throw SchemaError(path, "`properties` must be a map") }
            for (name, schema) in map.sorted(by: { $0.key < $1.key }) {
                properties[name] = try Schema(schema, at: "\(path)/properties/\(name)", depth: depth + 1)
            }
        }
        try readRequired(members["required"], path)
        if let given = members["additionalProperties"] {
            guard let allowed = given.boolValue else {
                throw SchemaError(path, "`additionalProperties` must be true or false")
            }
            allowsOthers = allowed
        }
        if let given = members["items"] { items = [try Schema(given, at: "\(path)/items", depth: depth + 1)] }
        itemCount = try Self.range(members, "minItems", "maxItems", path)
        length = try Self.range(members, "minLength", "maxLength", path)
        minimum = try Self.number(members, "minimum", path)
        maximum = try Self.number(members, "maximum", path)
        if let minimum, let maximum, minimum > maximum {
            throw SchemaError(path, "`minimum` is above `maximum`")
        }
    }

    private mutating func readType(_ given: JSONValue?, _ path: String) throws(SchemaError) {
        guard let given else { return }
        let names = given.stringValue.map { [$0] } ?? given.arrayValue?.compactMap(\.stringValue)
        guard let names, !names.isEmpty, names.count == given.arrayValue?.count ?? 1,
            Set(names).count == names.count
        else { throw SchemaError(path, "`type` must be a type's name, or a list of different ones") }
        for name in names {
            guard let kind = Kind(rawValue: name) else {
                let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw SchemaError(path, "`\(name.prefix(40))` is none of the types \(known)")
            }
            kinds.append(kind)
        }
    }

    private mutating func readRequired(_ given: JSONValue?, _ path: String) throws(SchemaError) {
        guard let given else { return }
        guard let list = given.arrayValue, list.allSatisfy({ $0.stringValue != nil }) else {
            throw SchemaError(path, "`required` must be a list of names")
        }
        required = list.compactMap(\.stringValue)
        // A name that no property has is a misspelt one: no input of the model's would ever pass.
        if let unknown = required.first(where: { properties[$0] == nil }) {
            throw SchemaError(path, "`required` names `\(unknown.prefix(40))`, which is none of the properties")
        }
    }

    private static func range(
        _ members: [String: JSONValue],
        _ least: String,
        _ most: String,
        _ path: String
    ) throws(SchemaError) -> ClosedRange<Int64> {
        var bounds: [Int64] = []
        for (name, absent) in [(least, Int64(0)), (most, Int64.max)] {
            guard let given = members[name] else {
                bounds.append(absent)
                continue
            }
            guard let number = given.intValue, number >= 0 else {
                throw SchemaError(path, "`\(name)` must be a whole number of 0 or more")
            }
            bounds.append(number)
        }
        guard bounds[0] <= bounds[1] else { throw SchemaError(path, "`\(least)` is above `\(most)`") }
        return bounds[0]...bounds[1]
    }

    private static func number(
        _ members: [String: JSONValue],
        _ name: String,
        _ path: String
    ) throws(SchemaError) -> Double? {
        guard let given = members[name] else { return nil }
        guard let number = given.doubleValue else { throw SchemaError(path, "`\(name)` must be a number") }
        return number
    }
}

/// Why a JSON value is no schema that can be checked.
public struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A JSON pointer (RFC 6901) into the schema; empty for the whole.
    public var path: String
    public var message: String

    init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

extension Schema {
    /// What is wrong with a value, for whoever made it; empty when nothing is. Names places, never values.
    public func problems(in value: JSONValue) -> [String] {
        var problems: [String] = []
        check(value, at: "", &problems)
        return problems
    }

    private static func text(_ number: Double) -> String {
        (Int64(exactly: number).map { JSONValue.int($0) } ?? .double(number)).encodedString()
    }

    private func check(_ value: JSONValue, at path: String, _ problems: inout [String]) {
        guard problems.count < Self.maximumProblems else { return }
        func report(_ what: String) {
            guard problems.count < Self.maximumProblems else { return }
            problems.append("\(path.isEmpty ? "the input" : path) \(what)")
        }
        if !kinds.isEmpty, !kinds.contains(where: { $0.holds(value) }) {
            report("must be of the type \(kinds.map(\.rawValue).joined(separator: " or "))")
            return
        }
        if let values, !values.contains(where: { $0.isSame(value) }) {
            report("must be one of \(values.map { $0.encodedString() }.joined(separator: ", "))")
        }
        switch value {
        case .object(let members):
            for name in required where members[name] == nil { report("lacks `\(name)`") }
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                if let schema = properties[name] {
                    schema.check(member, at: "\(path)/\(name)", &problems)
                } else if !allowsOthers {
                    report("has no property `\(name.prefix(40))`")
                }
            }
        case .array(let elements):
            if !itemCount.contains(Int64(elements.count)) { report("has \(elements.count) elements") }
            for (index, element) in elements.enumerated() {
                items.first?.check(element, at: "\(path)/\(index)", &problems)
            }
        case .string(let text):
            let count = Int64(text.unicodeScalars.count)
            if count < length.lowerBound { report("must have at least \(length.lowerBound) characters") }
            if count > length.upperBound { report("must have at most \(length.upperBound) characters") }
        case .int, .double:
            guard let number = value.doubleValue else { return }
            if let minimum, number < minimum { report("must be at least \(Self.text(minimum))") }
            if let maximum, number > maximum { report("must be at most \(Self.text(maximum))") }
        case .bool, .null: break
        }
    }
}

extension Schema.Kind {
    fileprivate func holds(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool), (.null, .null),
            (.number, .int), (.number, .double), (.integer, .int):
            true
        // 1.0 is an integer (JSON Schema, section 4.2.3).
        case (.integer, .double(let number)): number == number.rounded()
        default: false
        }
    }
}

extension JSONValue {
    /// Equality as JSON Schema has it: numbers by their value, `true` is not 1.
    fileprivate func isSame(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.int(let left), .int(let right)): left == right
        case (.int, .double), (.double, .int), (.double, .double): doubleValue == other.doubleValue
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { right[$0.key].map($0.value.isSame) ?? false }
        default: self == other
        }
    }
}
