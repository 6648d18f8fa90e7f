package import BotSpec
package import CloudFormation

/// From a spec to a CloudFormation template: pure, so the same spec gives the same bytes. Where the package
/// lies and what machine it was built for are the template's parameters.
package enum Synthesizer {
    package static func template(for spec: BotSpec) -> Template {
        let context = Context(spec)
        var template = Template(description: "\(spec.name), stage \(spec.stage): a customer service bot (botctl)")
        ArtifactParameters.add(to: &template)
        TableResources.add(to: &template, context)
        APIResources.addAPI(to: &template, context)
        GuardrailResources.add(to: &template, context)
        HandoffResources.add(to: &template, context)
        for function in context.functions {
            FunctionResources.add(function, to: &template, context)
            if let route = function.routeKey {
                APIResources.addRoute(route, served: function, to: &template, context)
            } else {
                APIResources.addAuthorizer(servedBy: function, to: &template, context)
            }
        }
        APIResources.addStage(to: &template, context)
        AlarmResources.add(to: &template, context)
        DashboardResource.add(to: &template, context)
        WidgetResources.add(to: &template, context)
        StackOutputs.add(to: &template, context)
        return template
    }
}

/// What every resource file needs to know of the spec.
struct Context {
    let spec: BotSpec
    /// The authorizer's, then the routes' in the order of the spec.
    let functions: [BotFunction]
    private let tags: [(key: String, value: String)]

    init(_ spec: BotSpec) {
        self.spec = spec
        functions = BotFunction.all(of: spec)
        var tags = spec.tags
        tags["botctl:bot"] = spec.name
        tags["botctl:stage"] = spec.stage
        self.tags = tags.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
    }

    /// For the types whose `Tags` is a list.
    var tagList: TemplateValue {
        .list(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })
    }

    /// For the types whose `Tags` is a map.
    var tagMap: TemplateValue { .map(TemplateMap(tags.map { ($0.key, .string($0.value)) })) }
}

/// Logical ids of what a stack has once. What it has per function is named in `BotFunction`, always with a
/// suffix that none of these ends with.
enum ID {
    static let artifactBucket: LogicalID = "ArtifactBucket"
    static let artifactKey: LogicalID = "ArtifactKey"
    static let architecture: LogicalID = "Architecture"
    static let table: LogicalID = "Table"
    static let api: LogicalID = "Api"
    static let authorizer: LogicalID = "Authorizer"
    static let stage: LogicalID = "Stage"
    static let accessLogs: LogicalID = "AccessLogs"
    static let guardrail: LogicalID = "Guardrail"
    static let guardrailVersion: LogicalID = "GuardrailVersion"
    static let handoffTopic: LogicalID = "HandoffTopic"
    static let handoffSubscription: LogicalID = "HandoffSubscription"
    static let alarmTopic: LogicalID = "AlarmTopic"
    static let alarmSubscription: LogicalID = "AlarmSubscription"
    static let dashboard: LogicalID = "Dashboard"
    static let widgetBucket: LogicalID = "WidgetBucket"
    static let widgetBucketPolicy: LogicalID = "WidgetBucketPolicy"
    static let widgetAccess: LogicalID = "WidgetAccess"
    static let widgetDistribution: LogicalID = "WidgetDistribution"
}
