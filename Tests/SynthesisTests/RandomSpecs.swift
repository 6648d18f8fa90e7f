import BotContract
import TestSupport

@testable import BotSpec

extension SeededGenerator {
    mutating func flag() -> Bool { Bool.random(using: &self) }

    mutating func routeKey() -> String {
        let known = ["authorize", "connect", "sendmessage", "send-message", "SendMessage", "api", "table", "alarmOn"]
        if Int.random(in: 0...3, using: &self) == 0 { return known.randomElement(using: &self)! }
        let alphabet = Array("abcXYZ019-_./:$ {}é")
        return String((0..<Int.random(in: 1...70, using: &self)).map { _ in alphabet.randomElement(using: &self)! })
    }

    mutating func spec() -> BotSpec {
        var keys: Set<String> = []
        for _ in 0..<Int.random(in: 0...6, using: &self) { keys.insert(routeKey()) }
        return .fixture {
            $0.name = ["a", "shop", String(repeating: "long-name", count: 4)].randomElement(using: &self)!
            $0.stage = ["dev", "prod", "a-very-long-stage"].randomElement(using: &self)!
            $0.region = ["us-east-2", "eu-central-1", "ap-southeast-2"].randomElement(using: &self)!
            let models = [
                "meta.llama3-3-70b-instruct-v1:0", "us.meta.llama3-3-70b-instruct-v1:0", "eu.amazon.nova-lite-v1:0",
                "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            ]
            $0.model.id = models.randomElement(using: &self)!
            if flag() { $0.model.fallback = models.randomElement(using: &self)! }
            if flag() { $0.table.billing = .provisioned(read: 5, write: 5) }
            if flag() { $0.table.onTeardown = .delete }
            $0.table.pointInTimeRecovery = flag()
            $0.table.deletionProtection = flag()
            if flag() { $0.table.kmsKeyArn = "arn:aws:kms:us-east-2:111122223333:key/1" }
            $0.routes += keys.sorted().map { .fixture($0, HandlerName.routable.randomElement(using: &self)!) }
            for index in $0.routes.indices where flag() {
                $0.routes[index].environment = ["A": "${Nowhere} $ {", "B": ""]
                $0.routes[index].settings.concurrency = Int.random(in: 1...100, using: &self)
            }
            if flag() { $0.limits.concurrency = 50 }
            if flag() { $0.guardrail = flag() ? .fixture : .empty }
            if flag() {
                $0.alarms = BotSpec.Alarms(email: "a@example.com", latency: 1, tokensPerDay: flag() ? 1 : nil)
            }
            if flag() { GoldenCase.tools(&$0) }
            $0.observability.tracing = flag()
            $0.observability.dashboard = flag()
            $0.observability.accessLogs = flag()
            $0.widget.host = flag()
            if flag() { $0.tags = ["b": "2", "a": "1"] }
        }
    }
}
