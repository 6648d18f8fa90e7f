import BotContract
import BotSpec
import CloudFormation

/// A function's role: what its handler calls, on the very resources it calls it on.
enum RoleResource {
    static func resource(for function: BotFunction, _ context: Context) -> Resource {
        var properties: TemplateMap = [
            "Path": .string(RolePath.path(name: context.spec.name, stage: context.spec.stage)),
            "Description": .string("Runs the function \(function.name)"),
            "AssumeRolePolicyDocument": document([
                ["Effect": "Allow", "Principal": ["Service": "lambda.amazonaws.com"], "Action": "sts:AssumeRole"]
            ]),
            "Policies": [
                [
                    "PolicyName": .string(function.handler.rawValue),
                    "PolicyDocument": document(statements(for: function, context)),
                ]
            ],
            "Tags": context.tagList,
        ]
        properties["PermissionsBoundary"] = context.spec.permissionsBoundary.map { .string($0) }
        return Resource(function.role, "AWS::IAM::Role", properties)
    }

    private static func document(_ statements: [TemplateValue]) -> TemplateValue {
        ["Version": "2012-10-17", "Statement": .list(statements)]
    }

    private static func statements(for function: BotFunction, _ context: Context) -> [TemplateValue] {
        let spec = context.spec
        let handler = function.handler
        // The group exists already, so the function needs no right to create one. The ARN ends with ":*",
        // which is the group's streams.
        var statements = [
            allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [.getAtt(function.logGroup, "Arn")])
        ]
        if !handler.tableActions.isEmpty {
            statements.append(
                allow("Table", handler.tableActions.map { "dynamodb:\($0)" }, [.getAtt(ID.table, "Arn")])
            )
            if let key = spec.table.kmsKeyArn { statements.append(tableKey(key, for: handler)) }
        }
        if handler.readsTokenKey(in: spec.auth.mode) {
            let name = TokenKey.parameterName(name: spec.name, stage: spec.stage)
            statements.append(
                allow(
                    "TokenKey",
                    ["ssm:GetParameter"],
                    [.sub("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter\(name)")]
                )
            )
        }
        if handler.postsToConnections {
            statements.append(
                allow(
                    "Connections",
                    ["execute-api:ManageConnections"],
                    [
                        .sub(
                            """
                            arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:\(ref: ID.api)/\
                            \(spec.stage)/POST/@connections/*
                            """
                        )
                    ]
                )
            )
        }
        if handler.publishesHandoffs(hasTriggers: spec.handoff?.hasTriggers ?? false), spec.handoff?.notify != nil {
            statements.append(allow("Handoff", ["sns:Publish"], [.ref(ID.handoffTopic)]))
        }
        if handler.callsModel {
            statements += ModelAccess.statements(for: spec)
            if spec.guardrail != nil {
                statements.append(
                    allow("Guardrail", ["bedrock:ApplyGuardrail"], [.getAtt(ID.guardrail, "GuardrailArn")])
                )
            }
        }
        if handler.callsTools { statements += ToolAccess.statements(for: spec) }
        if spec.observability.tracing {
            // X-Ray has no resources to name
            // (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html).
            statements.append(allow("Tracing", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]))
        }
        return statements
    }

    /// A table under a customer managed key is read and written with the caller's rights on the key
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
    private static func tableKey(_ arn: String, for handler: HandlerName) -> TemplateValue {
        let writes = handler.tableActions.contains { $0 == "PutItem" || $0 == "UpdateItem" }
        var actions = ["kms:Decrypt", "kms:DescribeKey"]
        if writes { actions += ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"] }
        return allow(
            "TableKey",
            actions,
            [.string(arn)],
            condition: ["StringEquals": ["kms:ViaService": .sub("dynamodb.${AWS::Region}.${AWS::URLSuffix}")]]
        )
    }

    static func allow(
        _ sid: String,
        _ actions: [String],
        _ resources: [TemplateValue],
        condition: TemplateValue? = nil
    ) -> TemplateValue {
        var statement: TemplateMap = [
            "Sid": .string(sid),
            "Effect": "Allow",
            "Action": .list(actions.map { .string($0) }),
            "Resource": resources.count == 1 ? resources[0] : .list(resources),
        ]
        statement["Condition"] = condition
        return .map(statement)
    }
}
