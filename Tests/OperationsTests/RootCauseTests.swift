import BotSpec
import Operations
import Synthesis
import Testing

@Suite struct RootCauseTests {
    @Test(
        arguments: [
            ("Table", "", "table"), ("SendMessageFunction", "x", "routes.sendMessage"),
            ("SendMessageFunction", "ReservedConcurrentExecutions … unreserved concurrency", "limits.concurrency"),
            ("HelloFunction", "concurrency", "routes.hello.concurrency"), ("ConnectRole", "", "routes.$connect"),
            ("AuthorizeFunction", "", "authorizer"), ("AlarmTopic", "", "alarms"), ("Guardrail", "", "guardrail"),
            ("Stage", "CloudWatch Logs role ARN must be set", "observability.accessLogs"), ("Stage", "", "throttling"),
            ("Api", "", nil), ("NobodysRoute", "", nil),
        ] as [(String, String, String?)]
    )
    func specPaths(logicalId: String, reason: String, path: String?) throws {
        let spec = try Fixture().context.loadSpec().spec
        let template = Synthesizer.template(for: spec)
        #expect(RootCause.specPath(of: logicalId, in: template, reason: reason) == path)
    }

    @Test func pollingTightensAndRelaxes() {
        var schedule = PollingSchedule()
        var waits = (0..<12).map { _ in schedule.next(news: false) }
        #expect(waits.first == PollingSchedule.shortest)
        #expect(waits == waits.sorted())
        #expect(waits.last == PollingSchedule.longest)
        waits = [schedule.next(news: true)]
        #expect(waits == [PollingSchedule.afterNews])
    }
}
