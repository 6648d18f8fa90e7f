import AWSCore
import LocalAWS
import Testing

@Suite struct FaultPlanTests {
    @Test func everyPartIsRead() throws {
        let plan = try FaultPlan("throttle=0.1,midstream=0.03,hang=0.02,garbage=.02,slow=2s", seed: 7)
        #expect((plan.throttle, plan.midstream) == (0.1, 0.03))
        #expect((plan.hang, plan.garbage) == (0.02, 0.02))
        #expect(plan.slow == .seconds(2))
        #expect(plan.seed == 7)
        #expect(try FaultPlan("slow=1500ms", seed: 0).slow == .milliseconds(1500))
    }

    @Test(arguments: [
        ("", "is not like"), ("throttle", "is not like"), ("throttle=0.1,", "is not like"),
        ("throttle=x", "from 0 to 1"), ("throttle=1.1", "from 0 to 1"), ("hang=-0.1", "from 0 to 1"),
        ("garbage=nan", "from 0 to 1"), ("slow=2", "a time like"), ("slow=-1s", "a time like"),
        ("slow=infs", "a time like"), ("drop=0.1", "none of throttle, midstream, hang, garbage, slow"),
        ("hang=0.1,hang=0.1", "twice"), ("hang=0.6,garbage=0.6", "more than 1"),
    ])
    func whatIsWrongIsSaid(text: String, part: String) {
        let error = #expect(throws: FaultPlanError.self) { try FaultPlan(text, seed: 0) }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }

    @Test func sharesAreMetAndSeedsDiffer() throws {
        let plan = try FaultPlan("throttle=0.1,midstream=0.03,hang=0.02,garbage=0.02,slow=1s", seed: 3)
        var counts: [String: Int] = [:]
        for number in 0..<20_000 {
            let name =
                switch plan.fault(for: "message \(number)", attempt: 0) {
                case .throttle: "throttle"
                case .exception(let events): (1...5).contains(events) ? "midstream" : "wrong"
                case .hang: "hang"
                case .garbage: "garbage"
                case .late(.seconds(1)): "slow"
                default: "wrong"
                }
            counts[name, default: 0] += 1
        }
        // Five standard deviations.
        for (name, share) in [("throttle", 0.1), ("midstream", 0.03), ("hang", 0.02), ("garbage", 0.02)] {
            let expected = 20_000 * share
            let deviation = 5 * (expected * (1 - share)).squareRoot()
            #expect(abs(Double(counts[name] ?? 0) - expected) < deviation, "\(counts)")
        }
        #expect(counts["wrong"] == nil)
        var other = plan
        other.seed = 4
        #expect((0..<200).contains { plan.fault(for: "\($0)", attempt: 0) != other.fault(for: "\($0)", attempt: 0) })
    }

    /// The order of arrival is what differs between two runs.
    @Test func theOrderOfMessagesChangesNothing() throws {
        let plan = try FaultPlan("throttle=0.3,midstream=0.2,hang=0.1,garbage=0.1", seed: 11)
        let requests = try (0..<200).map { number in
            try ConverseRequest(
                modelId: "meta.llama3-3-70b-instruct-v1:0",
                isStreamed: true,
                body: Array(
                    #"{"messages":[{"role":"user","content":[{"text":"message \#(number % 50)"}]}]}"#.utf8
                )
            )
        }
        func faults(_ order: [Int]) -> [String: [BedrockStandIn.Fault?]] {
            let inject = plan.injector()
            var met: [String: [BedrockStandIn.Fault?]] = [:]
            for index in order {
                met[requests[index].messages[0].text, default: []].append(inject(requests[index]))
            }
            return met
        }
        let forwards = faults(Array(0..<200))
        #expect(forwards == faults(Array((0..<200).reversed())))
        #expect(Set(forwards.values.map { $0.count }) == [4])
        // A message that is sent again is not stuck with its fault.
        #expect(forwards.values.contains { Set($0.map { String(describing: $0) }).count > 1 })
    }
}
