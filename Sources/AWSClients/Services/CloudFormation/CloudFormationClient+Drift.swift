package import AWSCore

/// The calls that compare a stack's resources with its template.
extension CloudFormationClient {
    /// Begins a comparison; `driftDetection` says when it is done.
    /// - Returns: the id of the detection.
    package func detectDrift(_ stackName: String) throws(AWSError) -> String {
        var form = QueryForm(action: "DetectStackDrift", version: Self.version)
        form.add("StackName", stackName)
        return try call(form).string("StackDriftDetectionId") ?? ""
    }

    package func driftDetection(_ id: String) throws(AWSError) -> DriftDetection {
        var form = QueryForm(action: "DescribeStackDriftDetectionStatus", version: Self.version)
        form.add("StackDriftDetectionId", id)
        return DriftDetection(try call(form))
    }

    /// The resources that are no longer as the template says, over all pages.
    package func driftedResources(_ stackName: String) throws(AWSError) -> [ResourceDrift] {
        let filters = ["MODIFIED", "DELETED"].enumerated().map { ("member.\($0.offset + 1)", $0.element) }
        let fields = Dictionary(
            uniqueKeysWithValues: filters.map { ("StackResourceDriftStatusFilters.\($0.0)", $0.1) }
        )
        return try pages("DescribeStackResourceDrifts", fields.merging(["StackName": stackName]) { $1 }) {
            $0.members("StackResourceDrifts").map(ResourceDrift.init)
        }
    }
}

/// How far a detection of drift has come.
package struct DriftDetection: Sendable, Equatable {
    /// `DETECTION_IN_PROGRESS`, `DETECTION_COMPLETE`, `DETECTION_FAILED`.
    package var status: String
    package var reason: String?

    package var isRunning: Bool { status == "DETECTION_IN_PROGRESS" }
    package var hasFailed: Bool { status == "DETECTION_FAILED" }

    init(_ element: XMLElement) {
        status = element.string("DetectionStatus") ?? ""
        reason = element.string("DetectionStatusReason")
    }
}

/// A resource that was changed or deleted behind its stack's back.
package struct ResourceDrift: Sendable, Equatable {
    package var logicalId: String
    package var physicalId: String?
    package var type: String
    /// `MODIFIED` or `DELETED`.
    package var status: String
    package var differences: [Difference]

    package var isDeleted: Bool { status == "DELETED" }

    package struct Difference: Sendable, Equatable {
        /// JSON pointer into the resource's properties.
        package var path: String
        /// JSON, or plain text.
        package var expected: String?
        package var actual: String?
        /// `ADD`, `REMOVE`, `NOT_EQUAL`.
        package var kind: String
    }

    init(_ element: XMLElement) {
        logicalId = element.string("LogicalResourceId") ?? ""
        physicalId = element.string("PhysicalResourceId")
        type = element.string("ResourceType") ?? ""
        status = element.string("StackResourceDriftStatus") ?? ""
        differences = element.members("PropertyDifferences").map {
            Difference(
                path: $0.string("PropertyPath") ?? "",
                expected: $0.string("ExpectedValue"),
                actual: $0.string("ActualValue"),
                kind: $0.string("DifferenceType") ?? ""
            )
        }
    }
}
