import AWSCore

/// The body of an AWS Query request: `application/x-www-form-urlencoded`, lists as `Name.member.N`.
struct QueryForm {
    private(set) var fields: [(name: String, value: String)]

    init(action: String, version: String) {
        fields = [("Action", action), ("Version", version)]
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append((name, value)) }
    }

    mutating func add(_ name: String, _ value: Bool?) {
        add(name, value.map { $0 ? "true" : "false" })
    }

    /// An empty list is left out, as no operation used here tells an empty list from none.
    mutating func add(list name: String, _ values: [String]) {
        for (index, value) in values.enumerated() {
            add("\(name).member.\(index + 1)", value)
        }
    }

    mutating func add(structures name: String, _ values: [[(String, String?)]]) {
        for (index, structure) in values.enumerated() {
            for (member, value) in structure {
                add("\(name).member.\(index + 1).\(member)", value)
            }
        }
    }

    var encoded: [UInt8] {
        let text = fields.map { "\(percentEncode($0.name))=\(percentEncode($0.value))" }.joined(separator: "&")
        return Array(text.utf8)
    }
}
