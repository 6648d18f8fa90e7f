import AWSCore
import BotContract

/// The SNS topic that mails people about customers who wait for them.
struct HandoffTopic {
    private let context: BotContext
    private let arn: String
    private let region: String
    private let endpoint: Endpoint

    init(arn: String, _ context: BotContext) throws(InitError) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sns" else {
            throw InitError("\(HandlerEnvironment.handoffTopic) is not the ARN of an SNS topic")
        }
        self.context = context
        self.arn = arn
        region = String(parts[3])
        endpoint = .aws(service: "sns", region: region, environment: context.environment.variables)
    }

    /// Says who waits since when, and not what was said: mail is read by more people than the table.
    func publish(chatId: String, user: String, deadline: Timestamp) throws(AWSError) {
        let configuration = context.configuration
        let since = context.clock.now().rfc3339
        let text = """
            A customer of \(configuration.name) (stage \(configuration.stage)) asks for a person.

            since: \(since)
            user:  \(user)
            chat:  \(chatId)

            The conversation is in the table \(context.environment.table), \(context.environment.partitionKey) \
            "\(user)", \(context.environment.sortKey) beginning with "\(TableLayout.messagePrefix(chatId: chatId))".
            """
        let fields = [
            ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", arn),
            ("Subject", Self.subject(configuration)), ("Message", text),
        ]
        let form = fields.map { "\($0.0)=\(percentEncode($0.1))" }.joined(separator: "&")
        _ = try context.aws.send(
            AWSCall(
                service: "sns",
                region: region,
                operation: "sns.Publish",
                request: HTTPRequest(
                    method: "POST",
                    endpoint: endpoint,
                    headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
                    body: Array(form.utf8)
                ),
                timeout: .seconds(3)
            ),
            deadline: deadline
        )
    }

    /// Printable ASCII under 100 characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html); names
    /// of bots and stages are ASCII.
    private static func subject(_ configuration: BotConfiguration) -> String {
        String("\(configuration.name) (\(configuration.stage)): a customer asks for a person".prefix(99))
    }
}
