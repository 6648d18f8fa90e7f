import AWSCore
import TestSupport
import Testing

@testable import Operations

@Suite struct DeploymentTimingTests {
    private func timing(_ work: StackWork, _ seconds: Double, _ changes: Int) -> DeploymentTiming {
        DeploymentTiming(work: work, seconds: seconds, changes: changes)
    }

    @Test func theEstimateIsTheMedianOfWhatIsComparable() {
        let earlier = [
            timing(.update, 40, 10), timing(.update, 9, 2), timing(.create, 200, 10), timing(.update, 60, 20),
            timing(.update, 20, 5), timing(.update, 999, 21),
        ]
        #expect(earlier.estimate(.update, changes: 10) == .estimate(seconds: 40, runs: 3))
        #expect(earlier.estimate(.create, changes: 12) == .estimate(seconds: 200, runs: 1))
        #expect(earlier.estimate(.update, changes: 3) == .estimate(seconds: 14.5, runs: 2))
        #expect(earlier.estimate(.create, changes: 44) == nil)
        #expect(earlier.estimate(.delete, changes: 10) == nil)
        #expect([DeploymentTiming]().estimate(.update, changes: 1) == nil)
    }

    private func record(_ timings: [DeploymentTiming]) -> DeploymentRecord {
        DeploymentRecord(
            time: Timestamp(seconds: 1_790_000_000),
            author: nil,
            parameters: [:],
            tags: [:],
            template: "{}",
            timings: timings
        )
    }

    @Test func aRecordCarriesThemAlong() throws {
        let record = record([timing(.update, 12.345, 3), timing(.create, 100, 44)])
        #expect(DeploymentRecord(json: record.json) == record)
        #expect(self.record((0..<50).map { timing(.update, Double($0), 1) }).timings.count == DeploymentTiming.kept)
    }

    @Test(
        arguments: [
            nil, .null,
            .array([.null, .object([:]), .object(["work": "dance", "changes": .int(1), "milliseconds": .int(1)])]),
            .array([.object(["work": "update", "changes": .int(-1), "milliseconds": .int(1)])]), .string("no"),
        ] as [JSONValue?]
    )
    func recordsOfOtherVersionsStillDecode(timings: JSONValue?) throws {
        guard case .object(var fields) = try JSONValue.parse(record([]).json) else { return #expect(Bool(false)) }
        fields["timings"] = timings
        let read = try #require(DeploymentRecord(json: JSONValue.object(fields).encoded()))
        #expect(read.timings.isEmpty && read == record([]))
    }

    private func estimates(_ fixture: Fixture) -> [OperationEvent] {
        fixture.host.events.filter { if case .estimate = $0 { true } else { false } }
    }

    @Test func theThirdDeploymentKnowsTheSecond() throws {
        let fixture = Fixture()
        try fixture.deploy()
        for number in 2...3 {
            #expect(estimates(fixture).isEmpty, "a creation says nothing of an update")
            fixture.package = "package \(number)"
            try fixture.deploy()
        }
        let told = try #require(estimates(fixture).first)
        guard case .estimate(let seconds, 1) = told else { return #expect(Bool(false), "\(told)") }
        let settled = fixture.host.events.compactMap { event -> Double? in
            if case .settled("shop-dev", "UPDATE_COMPLETE", let seconds) = event { seconds } else { nil }
        }
        #expect(seconds == settled.first)
        #expect(fixture.host.events.firstIndex(of: told)! < fixture.host.events.lastIndex { $0.isWatching }!)
        // It costs no call: the record was read anyway.
        #expect(fixture.count("s3.GETObject") <= 2 * 3)
    }

    /// A deployment without a record, by a run that was killed, does not lose the times of those before.
    @Test func aLostRecordLosesNoTimes() throws {
        let fixture = Fixture()
        try fixture.deploy()
        for number in 2...3 {
            fixture.package = "package \(number)"
            try fixture.deploy()
        }
        let newest = try #require(fixture.bucket.keys.filter { $0.contains("/history/") }.max())
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?[newest] = nil
        fixture.package = "package 4"
        fixture.host.events = []
        try fixture.deploy()
        #expect(estimates(fixture).count == 1)
    }
}

extension OperationEvent {
    fileprivate var isWatching: Bool { if case .watching = self { true } else { false } }
}
