import BotContract
import BotSpec
import CloudFormation

/// One page of graphs: traffic, errors, latency, tokens.
enum DashboardResource {
    static func add(to template: inout Template, _ context: Context) {
        guard context.spec.observability.dashboard else { return }
        let widgets = widgets(context).enumerated().map { index, widget in
            widget.value(x: index % 2 * Widget.width, y: index / 2 * Widget.height)
        }
        let body = TemplateValue.map(["widgets": .list(widgets)]).encodedCompact()
        template.add(
            Resource(
                ID.dashboard,
                "AWS::CloudWatch::Dashboard",
                [
                    "DashboardName": .string(context.spec.stackName),
                    // The values in it that vary are substitutions; the rest cannot hold a "${".
                    "DashboardBody": ["Fn::Sub": .string(body)],
                    "Tags": context.tagList,
                ]
            )
        )
    }

    private static func widgets(_ context: Context) -> [Widget] {
        let api: [String] = ["ApiId", "${\(ID.api)}", "Stage", context.spec.stage]
        let functions = context.functions.map { ["FunctionName", "${\($0.function)}"] }
        let answering = context.functions.filter { $0.handler == .sendMessage }
            .map { ["FunctionName", "${\($0.function)}"] }
        let bot = [Metric.Dimension.bot, context.spec.name, Metric.Dimension.stage, context.spec.stage]
        let table = ["TableName", "${\(ID.table)}"]
        return [
            Widget(
                title: "Connections and messages",
                metrics: ["ConnectCount", "MessageCount"].map { ["AWS/ApiGateway", $0] + api }
            ),
            Widget(
                title: "Errors of the API",
                metrics: ["ClientError", "ExecutionError", "IntegrationError"].map { ["AWS/ApiGateway", $0] + api }
            ),
            Widget(title: "Errors of the functions", metrics: functions.map { ["AWS/Lambda", "Errors"] + $0 }),
            Widget(title: "Throttled calls", metrics: functions.map { ["AWS/Lambda", "Throttles"] + $0 }),
            Widget(
                title: "Time to answer, p95 (ms)",
                metrics: answering.map { ["AWS/Lambda", "Duration"] + $0 }
                    + [Metric.firstToken, Metric.turn].map { [Metric.namespace, $0] + bot },
                statistic: "p95"
            ),
            Widget(
                title: "Tokens and failed turns",
                metrics: [Metric.tokens, Metric.failedTurns].map { [Metric.namespace, $0] + bot }
            ),
            Widget(
                title: "Table",
                metrics: [
                    "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents",
                    "WriteThrottleEvents",
                ].map { ["AWS/DynamoDB", $0] + table }
            ),
        ]
    }
}

private struct Widget {
    static let width = 12
    static let height = 6

    var title: String
    var metrics: [[String]]
    var statistic = "Sum"

    func value(x: Int, y: Int) -> TemplateValue {
        [
            "type": "metric", "x": .int(x), "y": .int(y), "width": .int(Self.width), "height": .int(Self.height),
            "properties": [
                "title": .string(title),
                "region": "${AWS::Region}",
                "view": "timeSeries",
                "stat": .string(statistic),
                "period": 300,
                "metrics": .list(metrics.map { .list($0.map { .string($0) }) }),
            ],
        ]
    }
}
