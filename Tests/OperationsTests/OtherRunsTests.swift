import AWSCore
import Operations
import Testing

@Suite struct OtherRunsTests {
    @Test(
        arguments: [
            RunOwner(name: "ada", host: "build-7", process: 12),
            RunOwner(name: "a on b", host: "c, process 3", process: 4),
            RunOwner(name: "", host: "x", process: 1, asks: true),
        ]
    )
    func anOwnerIsReadBack(_ owner: RunOwner) { #expect(RunOwner(description: owner.description) == owner) }

    @Test(arguments: ["", "by hand", "botctl run by x", "botctl run by x on y, process z", "botctl run by , process 1"])
    func othersDescriptionsAreNot(_ text: String) { #expect(RunOwner(description: text) == nil) }

    /// The time of the tests' clock, and minutes before it.
    private func created(minutesAgo: Int64) -> String {
        let minute = 13 - minutesAgo
        return minute >= 0 ? "2026-09-21T14:\(minute < 10 ? "0" : "")\(minute):20Z" : "2026-09-21T13:\(60 + minute):20Z"
    }

    private func fixture(_ owner: RunOwner?, minutesAgo: Int64 = 0) throws -> Fixture {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.changeSets = [
            .init(
                name: "botctl-1",
                id: "arn:changeSet/botctl-1/1",
                isCreate: false,
                template: "{}",
                parameters: [:],
                tags: [:],
                isEmpty: false,
                description: owner?.description ?? "",
                created: created(minutesAgo: minutesAgo)
            )
        ]
        fixture.spec += "throttling: { rate: 7 }\n"
        return fixture
    }

    private func waits(_ fixture: Fixture) -> [String] {
        fixture.host.events.compactMap { if case .waiting(_, let why) = $0 { why } else { nil } }
    }

    @Test(
        arguments: [
            (nil, 0), (RunOwner(name: "ada", host: "elsewhere", process: 9), 3),
            (RunOwner(name: "ada", host: "elsewhere", process: 9, asks: true), 16),
            (RunOwner(name: "ada", host: "test", process: 9), 0), (RunOwner(name: "ada", host: "test", process: 1), 0),
        ] as [(RunOwner?, Int64)]
    )
    func litterIsRemoved(owner: RunOwner?, minutesAgo: Int64) throws {
        let fixture = try fixture(owner, minutesAgo: minutesAgo)
        #expect(try fixture.deploy().outcome == .updated)
        #expect(waits(fixture).isEmpty)
        #expect(fixture.stack?.changeSets.isEmpty == true)
    }

    @Test(
        arguments: [
            RunOwner(name: "ada", host: "elsewhere", process: 9),
            RunOwner(name: "ada", host: "elsewhere", process: 9, asks: true),
        ]
    )
    func aColleagueIsWaitedForAndNamed(_ owner: RunOwner) throws {
        let fixture = try fixture(owner)
        let before = fixture.clock.slept
        #expect(try fixture.deploy().outcome == .updated)
        #expect(waits(fixture) == ["ada on elsewhere was first, and has a plan for it"])
        let limit: Duration = owner.asks ? .seconds(900) : .seconds(120)
        #expect(fixture.clock.slept - before > limit - .seconds(30))
    }

    @Test func aLiveRunOfThisMachineIsWaitedForUntilItEnds() throws {
        let fixture = try fixture(RunOwner(name: "ada", host: "test", process: 9))
        var looks = 0
        fixture.isRunning = { process in
            looks += 1
            #expect(process == 9)
            return looks < 4
        }
        #expect(try fixture.deploy().outcome == .updated)
        #expect(looks == 4 && waits(fixture).count == 1)
    }

    @Test func whoseWorkIsWaitedFor() throws {
        let fixture = try fixture(RunOwner(name: "ada", host: "elsewhere", process: 9), minutesAgo: 0)
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_IN_PROGRESS"
        fixture.aws.stacks["shop-dev"]?.changeSetId = "arn:changeSet/botctl-1/1"
        fixture.aws.stacks["shop-dev"]?.pending = (3, "UPDATE_COMPLETE")
        _ = try fixture.deploy()
        #expect(waits(fixture).first == "it is being updated by ada on elsewhere")
    }
}
