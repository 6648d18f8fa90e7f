import AWSCore
import Planning

/// How long CloudFormation worked at one deployment. Each record carries those before it along, so that the newest
/// record alone says how long the next deployment will take.
package struct DeploymentTiming: Sendable, Equatable {
    package var work: StackWork
    package var seconds: Double
    /// How many resources the plan named.
    package var changes: Int

    package init(work: StackWork, seconds: Double, changes: Int) {
        self.work = work
        self.seconds = seconds
        self.changes = changes
    }

    /// So many are carried along: older ones say little of today's stack.
    static let kept = 10

    /// The same kind of work, at not more than twice and not less than half as many resources.
    func isComparable(to work: StackWork, changes: Int) -> Bool {
        self.work == work && self.changes <= 2 * changes && changes <= 2 * self.changes
    }

    init?(json: JSONValue) {
        guard let work = json["work"]?.stringValue.flatMap(StackWork.init), let changes = json["changes"]?.intValue,
            let milliseconds = json["milliseconds"]?.intValue, milliseconds >= 0, changes >= 0
        else { return nil }
        self.init(work: work, seconds: Double(milliseconds) / 1000, changes: Int(changes))
    }

    var json: JSONValue {
        .object([
            "work": .string(work.rawValue), "changes": .int(Int64(changes)),
            "milliseconds": .int(Int64((seconds * 1000).rounded())),
        ])
    }
}

extension [DeploymentTiming] {
    /// The median of the comparable ones; `nil` where there is none.
    func estimate(_ work: StackWork, changes: Int) -> OperationEvent? {
        let comparable = filter { $0.isComparable(to: work, changes: changes) }.map(\.seconds).sorted()
        guard !comparable.isEmpty else { return nil }
        let middle = comparable.count / 2
        let median =
            comparable.count % 2 == 1 ? comparable[middle] : (comparable[middle - 1] + comparable[middle]) / 2
        return .estimate(seconds: median, runs: comparable.count)
    }
}
