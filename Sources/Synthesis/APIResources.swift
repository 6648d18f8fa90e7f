import BotSpec
import CloudFormation

/// The WebSocket API: what a client connects to, and which function each message reaches.
enum APIResources {
    static func addAPI(to template: inout Template, _ context: Context) {
        template.add(
            Resource(
                ID.api,
                "AWS::ApiGatewayV2::Api",
                [
                    "Name": .string(context.spec.stackName),
                    "Description": .string("Chat of \(context.spec.name), stage \(context.spec.stage)"),
                    "ProtocolType": "WEBSOCKET",
                    "RouteSelectionExpression": "$request.body.action",
                    "Tags": context.tagMap,
                ]
            )
        )
    }

    /// Without an identity source, which a REQUEST authorizer may leave out: API Gateway would refuse a
    /// visitor who has no token yet before the function could make one. The empty list says so; emulators take
    /// an absent one for the Authorization header
    /// (https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html).
    static func addAuthorizer(servedBy function: BotFunction, to template: inout Template, _ context: Context) {
        template.add(
            Resource(
                ID.authorizer,
                "AWS::ApiGatewayV2::Authorizer",
                [
                    "ApiId": .ref(ID.api), "Name": "visitor", "AuthorizerType": "REQUEST",
                    "AuthorizerUri": invocationURI(of: function), "IdentitySource": [],
                ]
            )
        )
        template.add(
            permission(for: function, source: "\(ref: ID.api)/authorizers/\(ref: ID.authorizer)")
        )
    }

    static func addRoute(
        _ key: String,
        served function: BotFunction,
        to template: inout Template,
        _ context: Context
    ) {
        template.add(
            Resource(
                function.integration,
                "AWS::ApiGatewayV2::Integration",
                [
                    "ApiId": .ref(ID.api), "IntegrationType": "AWS_PROXY",
                    "IntegrationUri": invocationURI(of: function),
                ]
            )
        )
        var properties: TemplateMap = [
            "ApiId": .ref(ID.api), "RouteKey": .string(key), "AuthorizationType": "NONE",
            "Target": .sub("integrations/\(ref: function.integration)"),
        ]
        // Only $connect can have an authorizer; its answer holds for the connection.
        if key == "$connect" {
            properties["AuthorizationType"] = "CUSTOM"
            properties["AuthorizerId"] = .ref(ID.authorizer)
        }
        template.add(Resource(function.route, "AWS::ApiGatewayV2::Route", properties))
        template.add(permission(for: function, source: "\(ref: ID.api)/\(context.spec.stage)/\(key)"))
    }

    static func addStage(to template: inout Template, _ context: Context) {
        let spec = context.spec
        var properties: TemplateMap = [
            "ApiId": .ref(ID.api),
            "StageName": .string(spec.stage),
            "AutoDeploy": true,
            "DefaultRouteSettings": [
                "ThrottlingBurstLimit": .int(spec.throttling.burst),
                "ThrottlingRateLimit": .int(spec.throttling.rate),
            ],
        ]
        if spec.observability.accessLogs {
            template.add(
                LogGroup.resource(ID.accessLogs, name: "/aws/apigateway/\(spec.stackName)", context)
            )
            properties["AccessLogSettings"] = [
                "DestinationArn": .getAtt(ID.accessLogs, "Arn"), "Format": .string(accessLogFormat),
            ]
        }
        properties["Tags"] = context.tagMap
        template.add(Resource(ID.stage, "AWS::ApiGatewayV2::Stage", properties))
    }

    /// One JSON object a request; the variables are those of WebSocket APIs
    /// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html).
    private static var accessLogFormat: String {
        let fields = [
            "requestId", "requestTime", "routeKey", "eventType", "connectionId", "status", "integrationLatency",
            "error.message",
        ]
        return TemplateValue.map(
            TemplateMap(fields.map { ($0 == "error.message" ? "error" : $0, .string("$context.\($0)")) })
        ).encodedCompact()
    }

    private static func invocationURI(of function: BotFunction) -> TemplateValue {
        .sub(
            """
            arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/\
            \(function.function, attribute: "Arn")/invocations
            """
        )
    }

    private static func permission(for function: BotFunction, source: Substitution) -> Resource {
        Resource(
            function.permission,
            "AWS::Lambda::Permission",
            [
                "Action": "lambda:InvokeFunction",
                "FunctionName": .ref(function.function),
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": .sub(
                    "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:\(substitution: source)"
                ),
            ]
        )
    }
}
