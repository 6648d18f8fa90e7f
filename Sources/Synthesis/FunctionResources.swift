import BotContract
import BotSpec
import CloudFormation

/// A function with its log group and its role.
enum FunctionResources {
    static func add(_ function: BotFunction, to template: inout Template, _ context: Context) {
        template.add(LogGroup.resource(function.logGroup, name: function.logGroupName, context))
        template.add(RoleResource.resource(for: function, context))

        var properties: TemplateMap = [
            "FunctionName": .string(function.name),
            "Description": .string(description(of: function, context)),
            "Runtime": "provided.al2023",
            "Handler": .string(PackageLayout.executable),
            "Architectures": [.ref(ID.architecture)],
            "Code": ["S3Bucket": .ref(ID.artifactBucket), "S3Key": .ref(ID.artifactKey)],
            "Role": .getAtt(function.role, "Arn"),
            "MemorySize": .int(function.settings.memory),
            "Timeout": .int(function.settings.timeout),
        ]
        if let concurrency = function.settings.concurrency {
            properties["ReservedConcurrentExecutions"] = .int(concurrency)
        }
        properties["Environment"] = ["Variables": .map(environment(of: function, context))]
        // The reference makes CloudFormation create the log group first.
        properties["LoggingConfig"] = ["LogFormat": "JSON", "LogGroup": .ref(function.logGroup)]
        if context.spec.observability.tracing { properties["TracingConfig"] = ["Mode": "Active"] }
        properties["Tags"] = context.tagList
        template.add(Resource(function.function, "AWS::Lambda::Function", properties))
    }

    private static func description(of function: BotFunction, _ context: Context) -> String {
        let subject = function.routeKey.map { "route \($0)" } ?? "authorizer of $connect"
        // Lambda's limit is 256 characters.
        return String("\(context.spec.stackName): \(subject)".prefix(256))
    }

    private static func environment(of function: BotFunction, _ context: Context) -> TemplateMap {
        let spec = context.spec
        var variables: TemplateMap = [
            HandlerEnvironment.handler: .string(function.handler.rawValue),
            HandlerEnvironment.table: .ref(ID.table),
            HandlerEnvironment.partitionKey: .string(spec.table.partitionKey),
            HandlerEnvironment.sortKey: .string(spec.table.sortKey),
        ]
        if function.handler.readsTokenKey(in: spec.auth.mode) {
            variables[HandlerEnvironment.tokenKeyParameter] = .string(
                TokenKey.parameterName(name: spec.name, stage: spec.stage)
            )
        }
        if function.handler.publishesHandoffs(hasTriggers: spec.handoff?.hasTriggers ?? false),
            spec.handoff?.notify != nil
        {
            variables[HandlerEnvironment.handoffTopic] = .ref(ID.handoffTopic)
        }
        if function.handler.callsModel, spec.guardrail != nil {
            variables[HandlerEnvironment.guardrailId] = .getAtt(ID.guardrail, "GuardrailId")
            variables[HandlerEnvironment.guardrailVersion] = .getAtt(ID.guardrailVersion, "Version")
        }
        for (name, value) in function.environment.sorted(by: { $0.key < $1.key }) {
            variables[name] = .string(value)
        }
        return variables
    }
}
