import AWSClients
package import AWSCore

/// What is told of a hotswap that the stack does not know of.
package struct HotswapState: Sendable, Equatable {
    /// The key of the package that the functions run.
    package var package: String
    package var time: Timestamp
    /// Since then.
    package var seconds: Double
    package var author: String
    /// Otherwise a run was stopped half way, or is at it: some functions run the old code.
    package var isFinished: Bool

    package init(package: String, time: Timestamp, seconds: Double, author: String, isFinished: Bool) {
        self.package = package
        self.time = time
        self.seconds = seconds
        self.author = author
        self.isFinished = isFinished
    }

    init(_ record: HotswapRecord, _ now: Timestamp) {
        self.init(
            package: record.package.key,
            time: record.time,
            seconds: record.time.duration(to: now).inSeconds,
            author: record.author,
            isFinished: record.isFinished
        )
    }
}

/// Functions whose code is not the stack's package, whoever changed it: CloudFormation's drift detection does not look
/// at code.
struct CodeDrift {
    let cloud: Cloud
    let context: ProjectContext
    let stack: Stack
    let template: String

    /// - Parameter resources: that CloudFormation has found.
    func added(to resources: [DriftedResource]) throws(OperationError) -> [DriftedResource] {
        guard let key = stack.parameters[ArtifactParameter.key], let sha256 = FunctionCode.sha256(ofKey: key),
            let expected = FunctionCode.codeSHA256(sha256)
        else { return resources }
        var all = resources
        let code = try FunctionCode(cloud, context, stack: stack.name, template: template, except: deleted(resources))
        for (function, found) in try code.configurations() where found.codeSHA256 != expected {
            let difference = DriftedResource.Difference(
                path: "/Code/CodeSha256",
                expected: expected,
                actual: found.codeSHA256
            )
            if let index = all.firstIndex(where: { $0.logicalId == function.logicalId }) {
                all[index].differences.append(difference)
            } else {
                all.append(
                    DriftedResource(
                        logicalId: function.logicalId,
                        physicalId: function.name,
                        type: "AWS::Lambda::Function",
                        differences: [difference]
                    )
                )
            }
        }
        return all.sorted { $0.logicalId < $1.logicalId }
    }

    private func deleted(_ resources: [DriftedResource]) -> Set<String> {
        Set(resources.filter(\.isDeleted).map(\.logicalId))
    }
}
