package import AWSCore

/// Whole items, for whoever shows them: a developer's own, of a local table.
extension DynamoDBClient {
    /// The items of a partition whose sort key begins with `prefix`, in the sort key's order, of all pages.
    package func items(
        _ keys: Keys,
        partition: String,
        prefix: String
    ) throws(AWSError) -> [JSONValue] {
        try pages(
            "Query",
            [
                "TableName": .string(keys.table),
                "KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :sk)",
                "ExpressionAttributeNames": .object(["#pk": .string(keys.partition), "#sk": .string(keys.sort)]),
                "ExpressionAttributeValues": .object([
                    ":pk": .object(["S": .string(partition)]), ":sk": .object(["S": .string(prefix)]),
                ]),
                "ConsistentRead": .bool(true),
            ]
        )
    }

    /// The items with this sort key, whoever's they are. Reads the whole table.
    package func scan(_ keys: Keys, sortKey: String) throws(AWSError) -> [JSONValue] {
        try pages(
            "Scan",
            [
                "TableName": .string(keys.table),
                "FilterExpression": "#sk = :sk",
                "ExpressionAttributeNames": .object(["#sk": .string(keys.sort)]),
                "ExpressionAttributeValues": .object([":sk": .object(["S": .string(sortKey)])]),
                "ConsistentRead": .bool(true),
            ]
        )
    }

    /// The items of every page of a Query or Scan.
    func pages(_ operation: String, _ input: [String: JSONValue]) throws(AWSError) -> [JSONValue] {
        var found: [JSONValue] = []
        var last: JSONValue?
        repeat {
            var input = input
            if let last { input["ExclusiveStartKey"] = last }
            let page = try session.json(
                input,
                service: "dynamodb",
                target: "DynamoDB_20120810.\(operation)",
                version: "1.0"
            )
            found += page["Items"]?.arrayValue ?? []
            let next = page["LastEvaluatedKey"]
            if next != nil, next == last {
                throw AWSError(
                    code: "malformed",
                    message: "a page that continues with itself",
                    status: 200,
                    operation: "dynamodb.\(operation)"
                )
            }
            last = next
        } while last != nil
        return found
    }
}
