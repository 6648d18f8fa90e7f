/// A value of a CloudFormation template: JSON without `null`, which CloudFormation refuses everywhere.
package indirect enum TemplateValue: Sendable, Equatable {
    case string(String)
    case int(Int)
    /// Always finite: JSON has no other numbers.
    case double(Double)
    case bool(Bool)
    case list([TemplateValue])
    case map(TemplateMap)

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }
    package var int: Int? {
        if case .int(let value) = self { value } else { nil }
    }
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
    package var list: [TemplateValue]? {
        if case .list(let value) = self { value } else { nil }
    }
    package var map: TemplateMap? {
        if case .map(let value) = self { value } else { nil }
    }

    /// The value under a key, when this is a map that has it.
    package subscript(key: String) -> TemplateValue? { map?[key] }
}

/// A map that keeps the order of its keys, so that a template reads in the order it was written.
///
/// Two maps are equal when they encode to the same bytes: the order counts.
package struct TemplateMap: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let key: String
        package var value: TemplateValue
    }

    package private(set) var entries: [Entry]

    package init() { entries = [] }

    /// - Precondition: the keys are unique.
    package init(_ pairs: [(String, TemplateValue)]) {
        entries = pairs.map { Entry(key: $0.0, value: $0.1) }
        precondition(Set(entries.map(\.key)).count == entries.count, "a template map has a key twice")
    }

    /// Entries whose keys the caller has checked to be unique.
    init(uniqueEntries: [Entry]) { entries = uniqueEntries }

    package var keys: [String] { entries.map(\.key) }
    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// Setting a new key appends it; setting `nil` removes it.
    package subscript(key: String) -> TemplateValue? {
        get { entries.first { $0.key == key }?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, TemplateValue)...) { self = .map(TemplateMap(elements)) }
}

extension TemplateMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, TemplateValue)...) { self.init(elements) }
}
