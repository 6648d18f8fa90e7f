import AWSClients
import AWSCore

/// Asks CloudFormation what was changed in a stack's resources behind its back, and waits for the answer.
struct Drift {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let stack: String

    /// - Returns: sorted by logical id; empty when everything is as the stack's template says.
    func detect() throws(OperationError) -> [DriftedResource] {
        host.notify(.detectingDrift(stack: stack))
        let id = try cloud.attempt("look for drift in \(stack)") { () throws(AWSError) in
            try cloud.cloudFormation.detectDrift(stack)
        }
        var schedule = PollingSchedule()
        let began = context.effects.clock.now()
        while true {
            let detection = try cloud.attempt("look for drift in \(stack)") { () throws(AWSError) in
                try cloud.cloudFormation.driftDetection(id)
            }
            // A failed detection still tells of the resources that it could look at; but what it does not tell
            // must not be taken for «as it should be».
            if detection.hasFailed {
                throw OperationError(
                    .aws,
                    "CloudFormation could not look at every resource of \(stack)",
                    details: [detection.reason ?? detection.status],
                    fix: "see that you may read the resources that it names, then run the command again"
                )
            }
            guard detection.isRunning else { break }
            context.effects.clock.sleep(schedule.next(news: false))
            try context.checkInterrupted()
            host.notify(.stillWaiting(seconds: began.duration(to: context.effects.clock.now()).inSeconds))
        }
        return try cloud.attempt("read the drift of \(stack)") { () throws(AWSError) in
            try cloud.cloudFormation.driftedResources(stack).sorted { $0.logicalId < $1.logicalId }
                .map(DriftedResource.init)
        }
    }
}

/// A resource that was changed or deleted behind its stack's back.
package struct DriftedResource: Sendable, Equatable {
    package var logicalId: String
    package var physicalId: String?
    package var type: String
    package var isDeleted: Bool
    package var differences: [Difference]

    package struct Difference: Sendable, Equatable {
        /// JSON pointer into the resource's properties.
        package var path: String
        package var expected: String?
        package var actual: String?
        package init(path: String, expected: String?, actual: String?) {
            self.path = path
            self.expected = expected
            self.actual = actual
        }
    }

    package init(
        logicalId: String,
        physicalId: String? = nil,
        type: String,
        isDeleted: Bool = false,
        differences: [Difference] = []
    ) {
        self.logicalId = logicalId
        self.physicalId = physicalId
        self.type = type
        self.isDeleted = isDeleted
        self.differences = differences
    }

    init(_ drift: ResourceDrift) {
        self.init(
            logicalId: drift.logicalId,
            physicalId: drift.physicalId,
            type: drift.type,
            isDeleted: drift.isDeleted,
            differences: drift.differences.map {
                Difference(path: $0.path, expected: $0.expected, actual: $0.actual)
            }
        )
    }
}
