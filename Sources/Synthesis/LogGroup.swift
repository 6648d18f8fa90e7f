import CloudFormation

/// A log group of the stack's own: it exists before what writes to it, keeps its days, and goes with the stack.
enum LogGroup {
    static func resource(_ id: LogicalID, name: String, _ context: Context) -> Resource {
        Resource(
            id,
            "AWS::Logs::LogGroup",
            attributes: ["DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"],
            [
                "LogGroupName": .string(name),
                "RetentionInDays": .int(context.spec.observability.logRetentionDays),
                "Tags": context.tagList,
            ]
        )
    }
}
