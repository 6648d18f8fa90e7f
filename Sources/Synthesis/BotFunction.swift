import BotContract
import BotSpec
import CloudFormation

/// One Lambda function of the stack: the authorizer's, or a route's.
struct BotFunction {
    let handler: HandlerName
    /// `nil` for the authorizer's.
    let routeKey: String?
    let settings: BotSpec.FunctionSettings
    let environment: [String: String]
    /// The function's name on AWS.
    let name: String
    /// What the function's logical ids start with.
    let prefix: String

    var logGroupName: String { "/aws/lambda/\(name)" }

    var function: LogicalID { "\(prefix)Function" }
    var role: LogicalID { "\(prefix)Role" }
    var logGroup: LogicalID { "\(prefix)LogGroup" }
    var permission: LogicalID { "\(prefix)Permission" }
    var integration: LogicalID { "\(prefix)Integration" }
    var route: LogicalID { "\(prefix)Route" }
    var errorsAlarm: LogicalID { "\(prefix)ErrorsAlarm" }
    var throttlesAlarm: LogicalID { "\(prefix)ThrottlesAlarm" }
    var latencyAlarm: LogicalID { "\(prefix)LatencyAlarm" }
    var output: LogicalID { "Function\(prefix)" }

    static func all(of spec: BotSpec) -> [BotFunction] {
        let authorizer = BotFunction(
            handler: .authorize,
            routeKey: nil,
            settings: spec.authorizer,
            environment: [:],
            spec: spec
        )
        return [authorizer]
            + spec.routes.map { route in
                var settings = route.settings
                if route.handler == .sendMessage {
                    settings.concurrency = settings.concurrency ?? spec.limits.concurrency
                }
                return BotFunction(
                    handler: route.handler,
                    routeKey: route.key,
                    settings: settings,
                    environment: route.environment,
                    spec: spec
                )
            }
    }

    private init(
        handler: HandlerName,
        routeKey: String?,
        settings: BotSpec.FunctionSettings,
        environment: [String: String],
        spec: BotSpec
    ) {
        self.handler = handler
        self.routeKey = routeKey
        self.settings = settings
        self.environment = environment
        let resourceName = routeKey.map(RouteName.init(routeKey:)) ?? .authorizer
        prefix = resourceName.prefix
        name = resourceName.functionName(stack: spec.stackName)
    }
}
