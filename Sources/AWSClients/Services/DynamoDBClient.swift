package import AWSCore

/// Amazon DynamoDB, the calls about tables themselves. API version 2012-08-10.
package struct DynamoDBClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// - Returns: `nil` where there is no such table.
    package func describeTable(_ name: String) throws(AWSError) -> TableDescription? {
        try absentAsNil { () throws(AWSError) in
            TableDescription(try call("DescribeTable", ["TableName": .string(name)])["Table"] ?? .null)
        }
    }

    /// Begins the deletion. - Returns: `false` where there was no such table.
    @discardableResult
    package func deleteTable(_ name: String) throws(AWSError) -> Bool {
        try absentAsNil { () throws(AWSError) in
            try call("DeleteTable", ["TableName": .string(name)])
        } != nil
    }

    package func setDeletionProtection(_ name: String, enabled: Bool) throws(AWSError) {
        _ = try call(
            "UpdateTable",
            ["TableName": .string(name), "DeletionProtectionEnabled": .bool(enabled)]
        )
    }

    private func call(_ operation: String, _ input: [String: JSONValue]) throws(AWSError) -> JSONValue {
        try session.json(input, service: "dynamodb", target: "DynamoDB_20120810.\(operation)", version: "1.0")
    }
}

package struct TableDescription: Sendable, Equatable {
    package var name: String
    package var arn: String
    package var status: TableStatus
    /// Updated by DynamoDB about every six hours.
    package var itemCount: Int64
    /// In bytes; as old as `itemCount`.
    package var sizeBytes: Int64
    package var hasDeletionProtection: Bool

    init(_ table: JSONValue) {
        name = table["TableName"]?.stringValue ?? ""
        arn = table["TableArn"]?.stringValue ?? ""
        status = TableStatus(word: table["TableStatus"]?.stringValue ?? "")
        itemCount = table["ItemCount"]?.intValue ?? 0
        sizeBytes = table["TableSizeBytes"]?.intValue ?? 0
        hasDeletionProtection = table["DeletionProtectionEnabled"]?.boolValue ?? false
    }
}

package enum TableStatus: ServiceWord {
    case creating, updating, deleting, active, inaccessibleEncryptionCredentials, archiving, archived
    case replicationNotAuthorized
    case unknown(String)

    package static let words: [(word: String, value: TableStatus)] = [
        ("CREATING", .creating),
        ("UPDATING", .updating),
        ("DELETING", .deleting),
        ("ACTIVE", .active),
        ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", .inaccessibleEncryptionCredentials),
        ("ARCHIVING", .archiving),
        ("ARCHIVED", .archived),
        ("REPLICATION_NOT_AUTHORIZED", .replicationNotAuthorized),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }
}
