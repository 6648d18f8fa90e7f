import AWSClients
import AWSCore

/// A resource that CloudFormation could not delete, or not roll back.
package struct StuckResource: Sendable, Equatable {
    package var logicalId: String
    /// Empty where the resource was never made.
    package var physicalId: String
    package var type: String
    /// In the resource's own words.
    package var reason: String

    package init(logicalId: String, physicalId: String, type: String, reason: String) {
        self.logicalId = logicalId
        self.physicalId = physicalId
        self.type = type
        self.reason = reason
    }

    /// - Parameter status: `DELETE_FAILED` or `UPDATE_FAILED`.
    static func find(_ status: String, in stack: Stack, _ cloud: Cloud) throws(OperationError) -> [StuckResource] {
        try cloud.attempt("read the resources of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackResources(stack.id).filter { $0.status == status }.map {
                StuckResource(
                    logicalId: $0.logicalId,
                    physicalId: $0.physicalId ?? "",
                    type: $0.type,
                    reason: $0.statusReason ?? "it did not say why"
                )
            }
        }
    }

    /// What it is, what it said, and what that means where it is known.
    package var description: String {
        let known = KnownCause.find(reason: reason, type: type).map { " (\($0.sentence))" } ?? ""
        return "\(logicalId) (\(type)): \(reason)\(known)"
    }

    func isLeft(in region: String) -> String {
        "\(logicalId) (\(type)) is left in the account"
            + (removal(in: region).map { "; to delete it: \($0)" } ?? ", if it is there at all")
    }

    /// The command that deletes it once nothing stands in its way; `nil` where there may be nothing to delete.
    package func removal(in region: String) -> String? {
        guard !physicalId.isEmpty else { return nil }
        let words: String
        switch type {
        case "AWS::DynamoDB::Table": words = "dynamodb delete-table --table-name \(physicalId)"
        case "AWS::Logs::LogGroup": words = "logs delete-log-group --log-group-name \(physicalId)"
        case "AWS::Lambda::Function": words = "lambda delete-function --function-name \(physicalId)"
        case "AWS::IAM::Role": words = "iam delete-role --role-name \(physicalId)"
        case "AWS::ApiGatewayV2::Api": words = "apigatewayv2 delete-api --api-id \(physicalId)"
        case "AWS::SNS::Topic": words = "sns delete-topic --topic-arn \(physicalId)"
        case "AWS::CloudWatch::Alarm": words = "cloudwatch delete-alarms --alarm-names \(physicalId)"
        case "AWS::CloudWatch::Dashboard": words = "cloudwatch delete-dashboards --dashboard-names \(physicalId)"
        case "AWS::Bedrock::Guardrail": words = "bedrock delete-guardrail --guardrail-identifier \(physicalId)"
        case "AWS::S3::Bucket": words = "s3 rb s3://\(physicalId) --force"
        default: words = "cloudcontrol delete-resource --type-name \(type) --identifier '\(physicalId)'"
        }
        return "aws \(words) --region \(region)"
    }
}
