import BotSpec
import CloudFormation

/// What calling the spec's tools needs: each function by its own ARN, each secret by its own name. An https URL needs
/// no right on AWS.
enum ToolAccess {
    static func statements(for spec: BotSpec) -> [TemplateValue] {
        var functions: Set<String> = []
        var parameters: Set<String> = []
        for tool in spec.tools {
            switch tool.target {
            case .lambda(let arn): functions.insert(arn)
            case .https(_, let headers): parameters.formUnion(headers.compactMap(\.parameter))
            }
        }
        var statements: [TemplateValue] = []
        if !functions.isEmpty {
            statements.append(
                RoleResource.allow("Tools", ["lambda:InvokeFunction"], functions.sorted().map { .string($0) })
            )
        }
        // A SecureString under the account's own key for SSM needs no more: that key lets in whoever may read the
        // parameter (https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html).
        if !parameters.isEmpty {
            statements.append(
                RoleResource.allow(
                    "ToolSecrets",
                    ["ssm:GetParameter"],
                    parameters.sorted().map {
                        .sub("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter\($0)")
                    }
                )
            )
        }
        return statements
    }
}
