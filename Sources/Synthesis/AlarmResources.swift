import BotContract
import BotSpec
import CloudFormation

/// Alarms, and the topic that mails them.
enum AlarmResources {
    static func add(to template: inout Template, _ context: Context) {
        guard let alarms = context.spec.alarms else { return }
        // Not encrypted with the aws/sns key: CloudWatch may not publish to such a topic
        // (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
        template.add(
            Resource(
                ID.alarmTopic,
                "AWS::SNS::Topic",
                ["DisplayName": .string(context.spec.stackName), "Tags": context.tagList]
            )
        )
        template.add(
            Resource(
                ID.alarmSubscription,
                "AWS::SNS::Subscription",
                ["TopicArn": .ref(ID.alarmTopic), "Protocol": "email", "Endpoint": .string(alarms.email)]
            )
        )
        for alarm in functionAlarms(context, latency: alarms.latency) + apiAlarms(context) + tableAlarms
            + turnAlarms(context)
        {
            template.add(alarm.resource(context))
        }
        if let tokens = alarms.tokensPerDay { template.add(tokenAlarm(tokens, context).resource(context)) }
    }

    private static func functionAlarms(_ context: Context, latency: Int) -> [Alarm] {
        context.functions.flatMap { function in
            let dimensions: [(String, TemplateValue)] = [("FunctionName", .ref(function.function))]
            var alarms = [
                Alarm(
                    id: function.errorsAlarm,
                    description: "The function \(function.name) failed",
                    namespace: "AWS/Lambda",
                    metric: "Errors",
                    dimensions: dimensions
                ),
                Alarm(
                    id: function.throttlesAlarm,
                    description: "The function \(function.name) was throttled",
                    namespace: "AWS/Lambda",
                    metric: "Throttles",
                    dimensions: dimensions
                ),
            ]
            if function.handler == .sendMessage {
                alarms.append(
                    Alarm(
                        id: function.latencyAlarm,
                        description: "One answer in twenty takes over \(latency) ms",
                        namespace: "AWS/Lambda",
                        metric: "Duration",
                        dimensions: dimensions,
                        statistic: .percentile95,
                        // One slow quarter of an hour, not one slow answer.
                        periods: 3,
                        threshold: latency
                    )
                )
            }
            return alarms
        }
    }

    /// The metrics of WebSocket APIs
    /// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html).
    private static func apiAlarms(_ context: Context) -> [Alarm] {
        let dimensions: [(String, TemplateValue)] = [
            ("ApiId", .ref(ID.api)), ("Stage", .string(context.spec.stage)),
        ]
        return [
            Alarm(
                id: "AlarmOnExecutionError",
                description: "API Gateway could not call a function",
                namespace: "AWS/ApiGateway",
                metric: "ExecutionError",
                dimensions: dimensions
            ),
            Alarm(
                id: "AlarmOnIntegrationError",
                description: "A function answered API Gateway with an error (5xx)",
                namespace: "AWS/ApiGateway",
                metric: "IntegrationError",
                dimensions: dimensions
            ),
        ]
    }

    private static var tableAlarms: [Alarm] {
        [
            ("AlarmOnReadThrottle", "ReadThrottleEvents", "Reads"),
            ("AlarmOnWriteThrottle", "WriteThrottleEvents", "Writes"),
        ]
        .map { id, metric, subject in
            Alarm(
                id: id,
                description: "\(subject) of the table were throttled",
                namespace: "AWS/DynamoDB",
                metric: metric,
                dimensions: [("TableName", .ref(ID.table))]
            )
        }
    }

    private static func turnAlarms(_ context: Context) -> [Alarm] {
        [
            Alarm(
                id: "AlarmOnFailedTurns",
                description: "A customer got an error instead of a reply",
                namespace: Metric.namespace,
                metric: Metric.failedTurns,
                dimensions: botDimensions(context)
            )
        ]
    }

    private static func botDimensions(_ context: Context) -> [(String, TemplateValue)] {
        [
            (Metric.Dimension.bot, .string(context.spec.name)),
            (Metric.Dimension.stage, .string(context.spec.stage)),
        ]
    }

    private static func tokenAlarm(_ tokens: Int, _ context: Context) -> Alarm {
        Alarm(
            id: "AlarmOnTokenSpend",
            description: "More than \(tokens) model tokens in a day",
            namespace: Metric.namespace,
            metric: Metric.tokens,
            dimensions: botDimensions(context),
            period: 86_400,
            threshold: tokens
        )
    }
}

private struct Alarm {
    enum Statistic { case sum, percentile95 }

    var id: LogicalID
    var description: String
    var namespace: String
    var metric: String
    var dimensions: [(String, TemplateValue)]
    var statistic = Statistic.sum
    /// Seconds.
    var period = 300
    var periods = 1
    /// The alarm sounds above it.
    var threshold = 0

    init(
        id: LogicalID,
        description: String,
        namespace: String,
        metric: String,
        dimensions: [(String, TemplateValue)],
        statistic: Statistic = .sum,
        period: Int = 300,
        periods: Int = 1,
        threshold: Int = 0
    ) {
        self.id = id
        self.description = description
        self.namespace = namespace
        self.metric = metric
        self.dimensions = dimensions
        self.statistic = statistic
        self.period = period
        self.periods = periods
        self.threshold = threshold
    }

    func resource(_ context: Context) -> Resource {
        var properties: TemplateMap = [
            "AlarmDescription": .string("\(context.spec.stackName): \(description)"),
            "Namespace": .string(namespace),
            "MetricName": .string(metric),
            "Dimensions": .list(dimensions.map { ["Name": .string($0.0), "Value": $0.1] }),
        ]
        switch statistic {
        case .sum: properties["Statistic"] = "Sum"
        case .percentile95: properties["ExtendedStatistic"] = "p95"
        }
        properties["Period"] = .int(period)
        properties["EvaluationPeriods"] = .int(periods)
        properties["Threshold"] = .int(threshold)
        properties["ComparisonOperator"] = "GreaterThanThreshold"
        // No traffic is no fault.
        properties["TreatMissingData"] = "notBreaching"
        properties["AlarmActions"] = [.ref(ID.alarmTopic)]
        properties["OKActions"] = [.ref(ID.alarmTopic)]
        properties["Tags"] = context.tagList
        return Resource(id, "AWS::CloudWatch::Alarm", properties)
    }
}
