import AWSClients
import AWSCore
import BotContract
import BotSpec
import Synthesis

/// Puts a turn together from its log line, the table, the model's calls and the search over the rules.
final class TurnTracer {
    private let context: ProjectContext
    private let calls: ModelCalls
    private var bot: Bot?
    private var follower: LogFollower
    private var nextLook: Timestamp

    /// What it looks at.
    private struct Bot {
        var cloud: Cloud
        var keys: DynamoDBClient.Keys?
        var retrieve: Retrieve?
    }

    /// While a turn is under way, and a while after: its line comes when the function has ended.
    private static let busyInterval = Duration.milliseconds(120)
    private static let busyTime = Duration.seconds(4)
    private static let idleInterval = Duration.seconds(1)
    /// The model's clock is read in another process than the function's, and both in whole milliseconds.
    private static let slack = Duration.milliseconds(5)

    init(_ context: ProjectContext, calls: ModelCalls) {
        // Looked at several times a second: `--verbose` is about what changes something.
        var quiet = context
        quiet.effects.log = nil
        self.context = quiet
        self.calls = calls
        let now = context.effects.clock.now()
        follower = LogFollower(since: now)
        nextLook = now
    }

    /// From now on this is the bot whose turns are shown.
    func follow(_ spec: BotSpec, _ outputs: BotOutputs) throws(OperationError) {
        follower.sources = Self.sources(outputs)
        bot = Bot(
            cloud: try Cloud(context, region: spec.region),
            keys: outputs.values[StackOutputs.tableName.text].map {
                DynamoDBClient.Keys(table: $0, partition: spec.table.partitionKey, sort: spec.table.sortKey)
            },
            // Without rules there is nothing to search.
            retrieve: try? Retrieve(spec, mode: nil, context)
        )
    }

    static func sources(_ outputs: BotOutputs) -> [LogFollower.Source] {
        let prefix = "Function"
        return outputs.values.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map { name, function in
            LogFollower.Source(group: "/aws/lambda/\(function)", function: String(name.dropFirst(prefix.count)))
        }
    }

    /// Looks, when it is time to. What cannot be read now is read later.
    func poll(_ tell: (DevEvent) -> Void) {
        let now = context.effects.clock.now()
        guard let bot, now >= nextLook else { return }
        let isBusy = calls.lastSeen.map { $0.advanced(by: Self.busyTime) > now } ?? false
        nextLook = now.advanced(by: isBusy ? Self.busyInterval : Self.idleInterval)
        guard let lines = try? follower.poll(bot.cloud.logs, now: now) else { return }
        for line in lines {
            tell(.log(line))
            if let turn = turn(line, lines, bot) { tell(.turn(turn)) }
        }
    }

    private func turn(_ line: DevLogLine, _ lines: [DevLogLine], _ bot: Bot) -> DevTurn? {
        guard let fields = line.fields, fields["handler"]?.stringValue == HandlerName.sendMessage.rawValue,
            let outcome = fields["outcome"]?.stringValue, let connection = fields["connectionId"]?.stringValue,
            let requestId = line.requestId
        else { return nil }
        let timings = (fields["ms"]?.objectValue ?? [:]).compactMapValues(\.intValue)
        // The handlers' own clock, where the line has it: CloudWatch's time is when the line was taken in.
        let ended = fields["_aws"]?["Timestamp"]?.intValue.map { Timestamp(milliseconds: $0) } ?? line.time
        let began = ended.advanced(by: .milliseconds(-(timings["total"] ?? 0)))
        let (start, end) = (began.advanced(by: .zero - Self.slack), ended.advanced(by: Self.slack))
        let stored = bot.keys.flatMap { try? StoredChat.find(connection, $0, bot.cloud.dynamoDB) }
        let messages = stored?.turn(from: start, to: end)
        let question = messages?.question?[TableLayout.Attribute.text]?.stringValue
        let tokens = fields["tokens"]
        return DevTurn(
            requestId: requestId,
            connectionId: connection,
            outcome: outcome,
            began: began,
            ended: ended,
            chatId: stored?.chatId,
            user: stored?.user,
            question: question,
            reply: messages?.reply?[TableLayout.Attribute.text]?.stringValue,
            model: fields["model"]?.stringValue,
            tokens: tokens.map {
                DevTurn.Tokens(input: $0["input"]?.intValue ?? 0, output: $0["output"]?.intValue ?? 0)
            },
            cost: fields[Metric.cost]?.doubleValue,
            retrieval: question.flatMap { try? bot.retrieve?.answer($0, previous: messages?.previous) },
            timings: timings,
            calls: calls.calls(from: start, to: end, question: question),
            items: stored?.items(ofTurn: messages?.question) ?? [],
            log: lines.filter { $0.requestId == requestId }
        )
    }
}
