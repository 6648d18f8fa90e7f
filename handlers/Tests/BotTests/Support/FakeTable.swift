import AWSCore

@testable import Bot

/// A table in memory that evaluates the expressions which the bot writes: comparisons, `attribute_exists`,
/// `attribute_not_exists`, `begins_with`, `BETWEEN`, `AND`, `OR`, parentheses, and `SET` with sums and
/// `ADD` of one number. Whether
/// DynamoDB reads them alike is for the end-to-end test to say.
final class FakeTable {
    var items: [String: Item] = [:]
    static let partitionKey = "pk name"
    static let sortKey = "sk-name"

    func item(_ user: String, _ key: String) -> Item? { items["\(user)|\(key)"] }

    /// Sort keys, in order.
    func keys(_ user: String) -> [String] {
        items.keys.filter { $0.hasPrefix(user + "|") }.map { String($0.dropFirst(user.count + 1)) }.sorted()
    }

    func answer(_ action: String, _ body: JSONValue) -> FakeAnswer {
        let names = body["ExpressionAttributeNames"]?.objectValue ?? [:]
        let values = (body["ExpressionAttributeValues"]?.objectValue ?? [:]).mapValues(AttributeValue.init(json:))
        switch action {
        case "GetItem":
            guard let item = items[Self.address(body["Key"])] else { return .json(.object([:])) }
            return .json(.object(["Item": Self.json(item)]))
        case "PutItem":
            let address = Self.address(body["Item"])
            if let refusal = refuse(body, address, names, values) { return refusal }
            items[address] = (body["Item"]?.objectValue ?? [:]).mapValues(AttributeValue.init(json:))
            return .json(.object([:]))
        case "UpdateItem":
            let address = Self.address(body["Key"])
            if let refusal = refuse(body, address, names, values) { return refusal }
            var item = items[address] ?? [:]
            let old = item
            let clauses = (body["UpdateExpression"]?.stringValue?.dropFirst(4) ?? "").split(separator: " ADD ")
            let set = clauses[0]
            if clauses.count > 1 {
                let sides = clauses[1].split(separator: " ").map(String.init)
                let name = names[sides[0]]?.stringValue ?? "?"
                item[name] = .number((old[name]?.integer ?? 0) + (values[sides[1]]?.integer ?? 0))
            }
            for assignment in set.split(separator: ",") {
                let sides = assignment.split(separator: "=").map { $0.split(separator: " ").map(String.init) }
                let name = names[sides[0][0]]?.stringValue ?? "?"
                func operand(_ text: String) -> AttributeValue? {
                    text.hasPrefix(":") ? values[text] : old[names[text]?.stringValue ?? "?"]
                }
                if sides[1].count == 3, let left = operand(sides[1][0])?.integer,
                    let right = operand(sides[1][2])?.integer
                {
                    item[name] = .number(left + right)
                } else {
                    item[name] = operand(sides[1][0])
                }
            }
            let key = (body["Key"]?.objectValue ?? [:]).mapValues(AttributeValue.init(json:))
            item.merge(key) { stored, _ in stored }
            items[address] = item
            return .json(.object(["Attributes": Self.json(item)]))
        case "Query":
            let condition = body["KeyConditionExpression"]?.stringValue ?? ""
            let limit = Int(body["Limit"]?.intValue ?? 1_000)
            let found = items.values
                .filter { item in
                    var expression = Expression(condition, item: item, names: names, values: values)
                    return expression.evaluate()
                }
                .sorted { ($0[Self.sortKey]?.text ?? "") > ($1[Self.sortKey]?.text ?? "") }
            return .json(.object(["Items": .array(found.prefix(limit).map(Self.json))]))
        default:
            return .error(400, "UnknownOperationException")
        }
    }

    private func refuse(
        _ body: JSONValue,
        _ address: String,
        _ names: [String: JSONValue],
        _ values: [String: AttributeValue]
    ) -> FakeAnswer? {
        guard let condition = body["ConditionExpression"]?.stringValue else { return nil }
        let item = items[address]
        var expression = Expression(condition, item: item ?? [:], names: names, values: values)
        if expression.evaluate() { return nil }
        var error: [String: JSONValue] = [
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
        ]
        if let item, body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD" { error["Item"] = Self.json(item) }
        return .response(400, JSONValue.object(error).encoded())
    }

    private static func address(_ key: JSONValue?) -> String {
        "\(key?[partitionKey]?["S"]?.stringValue ?? "?")|\(key?[sortKey]?["S"]?.stringValue ?? "?")"
    }

    private static func json(_ item: Item) -> JSONValue { .object(item.mapValues(\.json)) }
}

/// A recursive-descent evaluator of condition expressions.
private struct Expression {
    private var tokens: [String]
    private let item: Item
    private let names: [String: JSONValue]
    private let values: [String: AttributeValue]

    init(_ text: String, item: Item, names: [String: JSONValue], values: [String: AttributeValue]) {
        var spaced = ""
        for character in text { spaced += "(),".contains(character) ? " \(character) " : String(character) }
        tokens = spaced.split(separator: " ").map(String.init)
        self.item = item
        self.names = names
        self.values = values
    }

    mutating func evaluate() -> Bool {
        var result = conjunction()
        while take("OR") {
            let right = conjunction()
            result = result || right
        }
        return result
    }

    private mutating func conjunction() -> Bool {
        var result = primary()
        while take("AND") {
            let right = primary()
            result = result && right
        }
        return result
    }

    private mutating func primary() -> Bool {
        let token = tokens.removeFirst()
        switch token {
        case "(":
            let result = evaluate()
            precondition(take(")"))
            return result
        case "attribute_exists", "attribute_not_exists":
            precondition(take("("))
            let exists = operand(tokens.removeFirst()) != nil
            precondition(take(")"))
            return exists == (token == "attribute_exists")
        case "begins_with":
            precondition(take("("))
            let text = operand(tokens.removeFirst())?.text
            precondition(take(","))
            let prefix = operand(tokens.removeFirst())?.text
            precondition(take(")"))
            guard let text, let prefix else { return false }
            return text.hasPrefix(prefix)
        default:
            let left = operand(token)
            let sign = tokens.removeFirst()
            let right = operand(tokens.removeFirst())
            if sign == "BETWEEN" {
                precondition(take("AND"))
                let end = operand(tokens.removeFirst())
                guard let text = left?.text, let first = right?.text, let last = end?.text else { return false }
                return first <= text && text <= last
            }
            if sign == "=" { return left != nil && left == right }
            guard let left = left?.integer, let right = right?.integer else { return false }
            switch sign {
            case "<=": return left <= right
            case "<": return left < right
            case ">": return left > right
            default: preconditionFailure("the fake table does not know '\(sign)'")
            }
        }
    }

    private func operand(_ token: String) -> AttributeValue? {
        if token.hasPrefix(":") {
            precondition(values[token] != nil, "\(token) is not among the values")
            return values[token]
        }
        guard let name = names[token]?.stringValue else { preconditionFailure("\(token) is not among the names") }
        return item[name]
    }

    private mutating func take(_ token: String) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }
}
