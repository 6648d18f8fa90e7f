import BotContract
import BotSpec
import CloudFormation

/// The one DynamoDB table. It has no name of its own, so a retained table never stands in the way of a new
/// stack, and a change of its keys can replace it.
enum TableResources {
    static func add(to template: inout Template, _ context: Context) {
        let table = context.spec.table
        var properties: TemplateMap = [
            "AttributeDefinitions": [
                ["AttributeName": .string(table.partitionKey), "AttributeType": "S"],
                ["AttributeName": .string(table.sortKey), "AttributeType": "S"],
            ],
            "KeySchema": [
                ["AttributeName": .string(table.partitionKey), "KeyType": "HASH"],
                ["AttributeName": .string(table.sortKey), "KeyType": "RANGE"],
            ],
        ]
        switch table.billing {
        case .onDemand: properties["BillingMode"] = "PAY_PER_REQUEST"
        case .provisioned(let read, let write):
            properties["BillingMode"] = "PROVISIONED"
            properties["ProvisionedThroughput"] = [
                "ReadCapacityUnits": .int(read), "WriteCapacityUnits": .int(write),
            ]
        }
        // Sessions expire whatever the retention of messages is.
        properties["TimeToLiveSpecification"] = [
            "AttributeName": .string(TableLayout.Attribute.expiresAt), "Enabled": true,
        ]
        if table.pointInTimeRecovery {
            properties["PointInTimeRecoverySpecification"] = ["PointInTimeRecoveryEnabled": true]
        }
        if let key = table.kmsKeyArn {
            properties["SSESpecification"] = ["SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": .string(key)]
        }
        if table.deletionProtection { properties["DeletionProtectionEnabled"] = true }
        properties["Tags"] = context.tagList

        let policy: TemplateValue = table.onTeardown == .retain ? "Retain" : "Delete"
        template.add(
            Resource(
                ID.table,
                "AWS::DynamoDB::Table",
                attributes: ["DeletionPolicy": policy, "UpdateReplacePolicy": policy],
                properties
            )
        )
    }
}
