package import AWSCore

/// How a table is found that no stack knows any more.
extension DynamoDBClient {
    /// Names of the tables of the account and region that begin with `prefix`.
    package func listTables(prefix: String) throws(AWSError) -> [String] {
        var names: [String] = []
        var last: String?
        repeat {
            let input = last.map { ["ExclusiveStartTableName": JSONValue.string($0)] } ?? [:]
            let page = try finding("ListTables", input)
            names += (page["TableNames"]?.arrayValue ?? []).compactMap(\.stringValue)
            last = try nextPage(
                page["LastEvaluatedTableName"]?.stringValue,
                after: last,
                operation: "dynamodb.ListTables"
            )
        } while last != nil
        return names.filter { $0.hasPrefix(prefix) }
    }

    package func tags(ofResource arn: String) throws(AWSError) -> [String: String] {
        var tags: [String: String] = [:]
        var token: String?
        repeat {
            var input: [String: JSONValue] = ["ResourceArn": .string(arn)]
            if let token { input["NextToken"] = .string(token) }
            let page = try finding("ListTagsOfResource", input)
            for tag in page["Tags"]?.arrayValue ?? [] {
                if let key = tag["Key"]?.stringValue { tags[key] = tag["Value"]?.stringValue ?? "" }
            }
            token = try nextPage(
                page["NextToken"]?.stringValue,
                after: token,
                operation: "dynamodb.ListTagsOfResource"
            )
        } while token != nil
        return tags
    }

    private func finding(_ operation: String, _ input: [String: JSONValue]) throws(AWSError) -> JSONValue {
        try session.json(input, service: "dynamodb", target: "DynamoDB_20120810.\(operation)", version: "1.0")
    }
}
