import AWSCore
import BotContract

/// The bot's one table. Nothing here waits: each call is on the wire when it returns, its answer is waited
/// for by `wait`.
struct Table {
    /// One attempt of one call; DynamoDB answers in milliseconds, so a slow one is better tried again.
    static let timeout: Duration = .seconds(3)

    private let client: AWSClient
    private let region: String
    private let endpoint: Endpoint
    private let name: String
    private let partitionKey: String
    let sortKey: String

    init(client: AWSClient, environment: BotEnvironment) {
        self.client = client
        region = environment.region
        endpoint = Endpoint.aws(service: "dynamodb", region: region, environment: environment.variables)
        name = environment.table
        partitionKey = environment.partitionKey
        sortKey = environment.sortKey
    }

    /// - Parameters:
    ///   - onlyIfAbsent: refuses to overwrite; the refusal carries the item that is there.
    func put(_ item: Item, user: String, key: String, onlyIfAbsent: Bool, deadline: Timestamp) -> PendingWrite {
        var item = item
        item[partitionKey] = .string(user)
        item[sortKey] = .string(key)
        var body: [String: JSONValue] = ["Item": .object(item.mapValues(\.json))]
        if onlyIfAbsent {
            body["ConditionExpression"] = "attribute_not_exists(#sk)"
            body["ExpressionAttributeNames"] = .object(["#sk": .string(sortKey)])
            body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        }
        return PendingWrite(begin("PutItem", body, deadline))
    }

    /// Changes an item that exists; its attributes afterwards are the answer. Expressions name attributes as
    /// `#name` and values as `:name`.
    /// - Parameters:
    ///   - add: numbers to add to attributes, which count as 0 where they are absent.
    ///   - mustExist: whether an item that is not there refuses the change, rather than begins with it.
    func update(
        user: String,
        key: String,
        set: String,
        add: String? = nil,
        condition: String? = nil,
        values: Item,
        mustExist: Bool = true,
        deadline: Timestamp
    ) -> PendingWrite {
        let update = "SET \(set)" + (add.map { " ADD \($0)" } ?? "")
        let exists = mustExist ? "attribute_exists(#\(Self.sortKeyName))" : nil
        let conditions = [exists, condition.map { "(\($0))" }].compactMap { $0 }.joined(separator: " AND ")
        var names = Self.attributeNames(in: update + " " + conditions)
        if mustExist { names["#\(Self.sortKeyName)"] = .string(sortKey) }
        var fields: [String: JSONValue] = [
            "Key": keys(user, key),
            "UpdateExpression": .string(update),
            "ExpressionAttributeNames": .object(names),
            "ExpressionAttributeValues": Self.values(values),
            "ReturnValues": "ALL_NEW",
        ]
        if !conditions.isEmpty {
            fields["ConditionExpression"] = .string(conditions)
            fields["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        }
        return PendingWrite(begin("UpdateItem", fields, deadline))
    }

    /// The newest items whose sort key begins with the prefix, newest first, strongly consistent: the turn
    /// that was stored a moment ago is among them.
    /// - Parameter upTo: the largest sort key of interest, itself included.
    func newest(user: String, prefix: String, upTo: String? = nil, limit: Int, deadline: Timestamp) -> PendingQuery {
        let condition: String
        var values: Item = ["pk": .string(user), "prefix": .string(prefix)]
        if let upTo {
            condition = "#pk = :pk AND #sk BETWEEN :prefix AND :last"
            values["last"] = .string(upTo)
        } else {
            condition = "#pk = :pk AND begins_with(#sk, :prefix)"
        }
        return PendingQuery(
            begin(
                "Query",
                [
                    "KeyConditionExpression": .string(condition),
                    "ExpressionAttributeNames": .object(["#pk": .string(partitionKey), "#sk": .string(sortKey)]),
                    "ExpressionAttributeValues": Self.values(values),
                    "ScanIndexForward": .bool(false),
                    "ConsistentRead": .bool(true),
                    "Limit": .int(Int64(limit)),
                ],
                deadline
            )
        )
    }

    func get(user: String, key: String, deadline: Timestamp) -> PendingGet {
        PendingGet(begin("GetItem", ["Key": keys(user, key), "ConsistentRead": .bool(true)], deadline))
    }

    private static let sortKeyName = "sk"

    private func keys(_ user: String, _ key: String) -> JSONValue {
        .object([
            partitionKey: AttributeValue.string(user).json,
            sortKey: AttributeValue.string(key).json,
        ])
    }

    private static func values(_ values: Item) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: values.map { (":" + $0.key, $0.value.json) }))
    }

    /// `#name` stands for the attribute `name`: many of ours are reserved words.
    private static func attributeNames(in expression: String) -> [String: JSONValue] {
        var names: [String: JSONValue] = [:]
        for part in expression.split(separator: "#", omittingEmptySubsequences: false).dropFirst() {
            let name = String(part.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) })
            names["#" + name] = .string(name)
        }
        return names
    }

    private func begin(
        _ action: String,
        _ fields: [String: JSONValue],
        _ deadline: Timestamp
    ) -> Result<PendingAWSCall, AWSError> {
        var fields = fields
        fields["TableName"] = .string(name)
        let call = AWSCall(
            service: "dynamodb",
            region: region,
            operation: "dynamodb.\(action)",
            request: HTTPRequest(
                method: "POST",
                endpoint: endpoint,
                headers: [
                    "Content-Type": "application/x-amz-json-1.0",
                    "X-Amz-Target": "DynamoDB_20120810.\(action)",
                ],
                body: JSONValue.object(fields).encoded()
            ),
            timeout: Self.timeout
        )
        do throws(AWSError) {
            return .success(try client.begin(call, deadline: deadline))
        } catch {
            return .failure(error)
        }
    }
}
