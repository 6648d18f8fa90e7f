import AWSCore
import BotContract
import Testing

@testable import Bot

/// The embedded metric format, by the rules of its published schema
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
struct MetricsTests {
    private static let units: Set<String> = [
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
        "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
        "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second",
        "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
    ]

    /// What is wrong with a line.
    private func problems(_ line: JSONValue) -> [String] {
        var problems: [String] = []
        func check(_ holds: Bool, _ what: String) { if !holds { problems.append(what) } }
        guard let metadata = line["_aws"]?.objectValue else { return ["no _aws at the root"] }
        check(metadata["Timestamp"]?.intValue ?? 0 > 1_500_000_000_000, "Timestamp in milliseconds")
        let directives = metadata["CloudWatchMetrics"]?.arrayValue ?? []
        check(!directives.isEmpty, "no directive")
        for directive in directives {
            let namespace = directive["Namespace"]?.stringValue ?? ""
            check((1...1_024).contains(namespace.count) && !namespace.hasPrefix("AWS/"), "Namespace")
            for set in directive["Dimensions"]?.arrayValue ?? [] {
                check(set.arrayValue?.count ?? 99 <= 30, "too many dimensions")
                for name in set.arrayValue ?? [] {
                    let value = line[name.stringValue ?? ""]?.stringValue ?? ""
                    check((1...1_024).contains(value.count), "dimension \(name) has no value at the root")
                }
            }
            check(!(directive["Dimensions"]?.arrayValue ?? []).isEmpty, "no dimensions")
            let metrics = directive["Metrics"]?.arrayValue ?? []
            check((1...100).contains(metrics.count), "1 to 100 metrics")
            let names = metrics.compactMap { $0["Name"]?.stringValue }
            check(Set(names).count == metrics.count, "a metric twice, or one without a name")
            for metric in metrics {
                let name = metric["Name"]?.stringValue ?? ""
                check((1...1_024).contains(name.count), "Name")
                check(Self.units.contains(metric["Unit"]?.stringValue ?? "None"), "Unit of \(name)")
                check(line[name]?.doubleValue != nil, "\(name) has no number at the root")
            }
        }
        return problems
    }

    private func metrics(_ line: JSONValue?) -> [String: Double] {
        let listed = line?["_aws"]?["CloudWatchMetrics"]?[0]?["Metrics"]?.arrayValue ?? []
        return listed.reduce(into: [:]) { values, metric in
            let name = metric["Name"]?.stringValue ?? ""
            values[name] = line?[name]?.doubleValue
        }
    }

    @Test func theCheckFindsFaults() throws {
        let bot = TestBot()
        try bot.connect()
        try bot.ask("How long?")
        let line = try #require(bot.logs.last)
        #expect(problems(line) == [])
        for key in [Metric.tokens, Metric.Dimension.bot, "_aws"] {
            var broken = line.objectValue ?? [:]
            broken[key] = nil
            #expect(problems(.object(broken)).count == 1, "\(key)")
        }
    }

    @Test func anAnsweredTurn() throws {
        let bot = TestBot()
        try bot.connect()
        try bot.ask("How long?")
        let values = metrics(bot.logs.last)
        #expect(values[Metric.turns] == 1)
        #expect(values[Metric.failedTurns] == 0)
        #expect(values[Metric.tokens] == 107)
        #expect(values[Metric.firstToken] != nil && values[Metric.turn] != nil)
        #expect(values[Metric.unanswered] == nil)
        #expect(abs((values[Metric.cost] ?? 0) - 107 * 0.72 / 1_000_000) < 1e-12)
        bot.aws.forget()
        try bot.ask("How long?")
        #expect(metrics(bot.logs.last) == [Metric.failedTurns: 0], "a resend is no turn")
    }

    @Test(arguments: [
        ("How long can goods be returned?", "For ever.", 1),
        ("How long can goods be returned?", "For ever [vip-1].", 1),
        ("How long can goods be returned?", "30 days [returns-1].", nil), ("Hello!", "Hello, how can I help?", nil),
        ("Why?", "I do not know. [none]", 1), ("Who wrote Hamlet?", "A person can help. [none]", 1),
        ("Who wrote Hamlet?", "[none]", 1),
        ("How long, and who wrote Hamlet?", "30 days [returns-1]. I do not know that. [none]", nil),
    ])
    func countsRepliesThatRestOnNoRule(_ question: String, _ reply: String, _ count: Double?) throws {
        let bot = TestBot()
        bot.aws.models = [TestBot.model: [Wire.reply(reply)]]
        try bot.connect()
        try bot.ask(question)
        #expect(metrics(bot.logs.last)[Metric.unanswered] == count)
        #expect(bot.terminalFrames.map(\.type) == ["done"])
        #expect(!bot.aws.frames.contains { String(decoding: $0.encoded(), as: UTF8.self).contains("[none]") })
    }

    @Test func countsNothingOfABotWithoutRules() throws {
        let unruled = TestBot { $0.rules = [] }
        unruled.aws.models = [TestBot.model: [Wire.reply("Hello.")]]
        try unruled.connect()
        try unruled.ask("Why?")
        #expect(metrics(unruled.logs.last)[Metric.unanswered] == nil)
    }

    @Test func throttlesAndFallbacks() throws {
        let bot = TestBot()
        bot.aws.models = [
            TestBot.model: [.error(429, "ThrottlingException")], TestBot.fallback: [.error(429, "ThrottlingException")],
        ]
        try bot.connect()
        try bot.ask("How long?")
        let values = metrics(bot.logs.last)
        #expect(problems(try #require(bot.logs.last)) == [])
        #expect(values[Metric.throttles] == 2 && values[Metric.fallbacks] == 1 && values[Metric.failedTurns] == 1)
        #expect(values[Metric.turns] == 1 && values[Metric.cost] == nil)
    }

    @Test(arguments: [HandlerName.connect, .hello, .fallback])
    func otherRoutesWriteNone(_ handler: HandlerName) throws {
        let bot = TestBot()
        try bot.connect()
        if handler == .hello { try bot.send(.hello, .hello(chatId: nil)) }
        if handler == .fallback { try bot.send(.fallback, .ping) }
        #expect(bot.logs.last?["_aws"] == nil)
    }

    @Test(
        arguments: [
            ("meta.llama3-3-70b-instruct-v1:0", 1.44), ("us.meta.llama3-1-8b-instruct-v1:0", 0.44),
            ("arn:aws:bedrock:us-east-2::foundation-model/meta.llama3-3-70b-instruct-v1:0", 1.44),
            ("meta.llama3-8b-instruct-v1:0", 0.9), ("example.unknown-v1", nil), ("", nil),
        ] as [(String, Double?)]
    )
    func prices(_ model: String, _ dollars: Double?) {
        let usage = TokenUsage(inputTokens: 1_000_000, outputTokens: 1_000_000)
        let cost = ModelPrices.cost(of: usage, model: model)
        #expect((cost == nil) == (dollars == nil))
        if let cost, let dollars { #expect(abs(cost - dollars) < 1e-9) }
    }
}
