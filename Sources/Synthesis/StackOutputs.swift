import BotSpec
package import CloudFormation

/// What the stack tells: the names are read by botctl, by scripts and by people.
package enum StackOutputs {
    package static let webSocketUrl: LogicalID = "WebSocketUrl"
    package static let apiId: LogicalID = "ApiId"
    package static let tableName: LogicalID = "TableName"
    package static let stageName: LogicalID = "StageName"
    package static let region: LogicalID = "Region"
    package static let widgetUrl: LogicalID = "WidgetUrl"
    package static let widgetBucket: LogicalID = "WidgetBucketName"

    static func add(to template: inout Template, _ context: Context) {
        template.addOutput(
            webSocketUrl,
            description: "Where clients connect",
            value: .sub("wss://\(ref: ID.api).execute-api.${AWS::Region}.${AWS::URLSuffix}/\(ref: ID.stage)")
        )
        template.addOutput(apiId, description: "Id of the WebSocket API", value: .ref(ID.api))
        template.addOutput(tableName, description: "Table of sessions and messages", value: .ref(ID.table))
        template.addOutput(stageName, description: "Stage of the API", value: .ref(ID.stage))
        template.addOutput(region, description: "Region of the stack", value: .ref(.region))
        if context.spec.widget.host {
            template.addOutput(
                widgetUrl,
                description: "The chat for a page",
                value: .sub("https://\(ID.widgetDistribution, attribute: "DomainName")/botctl-widget.js")
            )
            template.addOutput(widgetBucket, description: "Where that file lies", value: .ref(ID.widgetBucket))
        }
        for function in context.functions {
            let subject = function.routeKey.map { "the route \($0)" } ?? "the authorizer"
            template.addOutput(
                function.output,
                description: "Function of \(subject)",
                value: .ref(function.function)
            )
        }
    }
}
