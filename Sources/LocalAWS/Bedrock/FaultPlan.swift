import AWSCore
import Synchronization

/// What `--faults` asks for: `throttle=0.1,midstream=0.03,hang=0.02,garbage=0.02,slow=2s`. Which request meets
/// which fault follows from the seed, the customer's message and how often it was sent before, so that the same
/// seed gives the same faults in whatever order requests arrive.
package struct FaultPlan: Sendable, Equatable {
    /// A share of the requests each, from 0 to 1; together at most 1.
    package var throttle = 0.0
    /// An exception inside an answer of status 200, after some of its words.
    package var midstream = 0.0
    /// Nothing (more) comes, and the connection stays open.
    package var hang = 0.0
    /// Bytes that are no answer of Bedrock's.
    package var garbage = 0.0
    /// Before the first byte of every answer that has no other fault.
    package var slow: Duration = .zero
    package var seed: UInt64

    package init(seed: UInt64 = 0) { self.seed = seed }

    private static let shares: [(name: String, path: any WritableKeyPath<FaultPlan, Double> & Sendable)] = [
        ("throttle", \.throttle), ("midstream", \.midstream), ("hang", \.hang), ("garbage", \.garbage),
    ]

    /// - Throws: what is wrong with the text, and what would be right.
    package init(_ text: String, seed: UInt64) throws(FaultPlanError) {
        self.seed = seed
        var seen: Set<String> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2 else { throw FaultPlanError("'\(part)' is not like throttle=0.1 or slow=2s") }
            guard seen.insert(pair[0]).inserted else { throw FaultPlanError("'\(pair[0])' is there twice") }
            if pair[0] == "slow" {
                slow = try Self.duration(pair[1])
            } else if let share = Self.shares.first(where: { $0.name == pair[0] }) {
                self[keyPath: share.path] = try Self.share(pair[1], of: pair[0])
            } else {
                let names = (Self.shares.map(\.name) + ["slow"]).joined(separator: ", ")
                throw FaultPlanError("'\(pair[0])' is none of \(names)")
            }
        }
        guard total <= 1 else { throw FaultPlanError("the shares add up to more than 1") }
    }

    private var total: Double { Self.shares.reduce(0) { $0 + self[keyPath: $1.path] } }

    private static func share(_ text: String, of name: String) throws(FaultPlanError) -> Double {
        guard let share = Double(text), (0...1).contains(share) else {
            throw FaultPlanError("\(name) takes a share of the requests from 0 to 1, not '\(text)'")
        }
        return share
    }

    /// Of the units that people write, the ones that make sense here.
    private static func duration(_ text: String) throws(FaultPlanError) -> Duration {
        for (unit, scale) in [("ms", 1.0), ("s", 1000.0)] where text.hasSuffix(unit) {
            if let count = Double(text.dropLast(unit.utf8.count)), (0...3_600_000).contains(count * scale) {
                return .milliseconds(Int(count * scale))
            }
        }
        throw FaultPlanError("slow takes a time like 2s or 500ms, up to an hour, not '\(text)'")
    }

    /// - Parameters:
    ///   - message: the customer's last one.
    ///   - attempt: how many requests with this message came before.
    package func fault(for message: String, attempt: Int) -> BedrockStandIn.Fault? {
        let digest = sha256("\(seed) \(attempt) \(message)")
        // 53 bits: every one of them is exact in a Double.
        let bits = digest[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 11
        var rest = Double(bits) / Double(UInt64(1) << 53)
        func falls(into share: Double) -> Bool {
            defer { rest -= share }
            return rest >= 0 && rest < share
        }
        // Before the head as well as after some words.
        let events = Int(digest[8]) % 5
        if falls(into: throttle) { return .throttle }
        if falls(into: midstream) { return .exception(afterEvents: events + 1) }
        if falls(into: hang) { return .hang(afterEvents: events) }
        if falls(into: garbage) { return .garbage(afterEvents: events) }
        return slow > .zero ? .late(slow) : nil
    }

    /// The plan, with a memory of how often each message came.
    package func injector() -> @Sendable (ConverseRequest) -> BedrockStandIn.Fault? {
        let attempts = Attempts()
        return { request in
            let message = request.messages.last?.text ?? ""
            return fault(for: message, attempt: attempts.next(of: message))
        }
    }

    private final class Attempts: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func next(of message: String) -> Int {
            counts.withLock { counts in
                defer { counts[message, default: 0] += 1 }
                return counts[message, default: 0]
            }
        }
    }
}

package struct FaultPlanError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}
