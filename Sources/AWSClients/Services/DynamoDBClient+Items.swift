package import AWSCore

/// The items of one partition, by their keys alone: texts of customers are not fetched to be deleted.
extension DynamoDBClient {
    /// A table whose two keys are strings.
    package struct Keys: Sendable, Equatable {
        package var table: String
        package var partition: String
        package var sort: String

        package init(table: String, partition: String, sort: String) {
            self.table = table
            self.partition = partition
            self.sort = sort
        }
    }

    /// The most items that one BatchWriteItem takes
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).
    package static let batchSize = 25

    /// The sort keys of a partition, strongly consistent, of all pages.
    package func sortKeys(_ keys: Keys, partition: String) throws(AWSError) -> [String] {
        let items = try pages(
            "Query",
            [
                "TableName": .string(keys.table),
                "KeyConditionExpression": "#pk = :pk",
                "ProjectionExpression": "#sk",
                "ExpressionAttributeNames": .object(["#pk": .string(keys.partition), "#sk": .string(keys.sort)]),
                "ExpressionAttributeValues": .object([":pk": Self.string(partition)]),
                "ConsistentRead": .bool(true),
            ]
        )
        var found: [String] = []
        for item in items {
            guard let key = item[keys.sort]?["S"]?.stringValue else {
                throw AWSError(
                    code: "malformed",
                    message: "an item without its key \(keys.sort)",
                    status: 200,
                    operation: "dynamodb.Query"
                )
            }
            found.append(key)
        }
        return found
    }

    /// Deletes up to `batchSize` items of a partition in one call.
    /// - Returns: the sort keys that DynamoDB did not get to; they are to be sent again, after a while.
    package func deleteItems(_ keys: Keys, partition: String, sortKeys: [String]) throws(AWSError) -> [String] {
        let requests = sortKeys.map { key in
            JSONValue.object([
                "DeleteRequest": .object([
                    "Key": .object([keys.partition: Self.string(partition), keys.sort: Self.string(key)])
                ])
            ])
        }
        let answer = try items("BatchWriteItem", ["RequestItems": .object([keys.table: .array(requests)])])
        return (answer["UnprocessedItems"]?[keys.table]?.arrayValue ?? []).compactMap {
            $0["DeleteRequest"]?["Key"]?[keys.sort]?["S"]?.stringValue
        }
    }

    private static func string(_ text: String) -> JSONValue { .object(["S": .string(text)]) }

    private func items(_ operation: String, _ input: [String: JSONValue]) throws(AWSError) -> JSONValue {
        try session.json(input, service: "dynamodb", target: "DynamoDB_20120810.\(operation)", version: "1.0")
    }
}
