package import AWSCore

/// What CloudFormation says it would do, as DescribeChangeSet answers over all its pages.
package struct ChangeSet: Sendable, Equatable {
    package var id: String
    package var name: String
    package var stackId: String
    package var stackName: String
    package var status: ChangeSetStatus
    package var statusReason: String?
    package var executionStatus: ChangeSetExecutionStatus
    package var created: Timestamp?
    package var description: String?
    package var parameters: [String: String]
    package var tags: [String: String]
    package var capabilities: [String]
    package var changes: [ResourceChange]

    /// The change set failed only because there is nothing to change.
    package var isEmpty: Bool { status == .failed && saysNothingToChange(statusReason ?? "") }

    init(_ element: XMLElement) {
        id = element.string("ChangeSetId") ?? ""
        name = element.string("ChangeSetName") ?? ""
        stackId = element.string("StackId") ?? ""
        stackName = element.string("StackName") ?? ""
        status = ChangeSetStatus(word: element.string("Status") ?? "")
        statusReason = element.string("StatusReason")
        executionStatus = ChangeSetExecutionStatus(word: element.string("ExecutionStatus") ?? "")
        created = element.time("CreationTime")
        description = element.string("Description")
        parameters = element.dictionary("Parameters", key: "ParameterKey", value: "ParameterValue")
        tags = element.dictionary("Tags", key: "Key", value: "Value")
        capabilities = element.members("Capabilities").map(\.text)
        changes = Self.changes(element)
    }

    static func changes(_ element: XMLElement) -> [ResourceChange] {
        element.members("Changes").compactMap { $0.first("ResourceChange") }.map(ResourceChange.init)
    }
}

package enum ChangeSetStatus: ServiceWord {
    case createPending, createInProgress, createComplete
    case deletePending, deleteInProgress, deleteComplete, deleteFailed
    case failed
    case unknown(String)

    package static let words: [(word: String, value: ChangeSetStatus)] = [
        ("CREATE_PENDING", .createPending),
        ("CREATE_IN_PROGRESS", .createInProgress),
        ("CREATE_COMPLETE", .createComplete),
        ("DELETE_PENDING", .deletePending),
        ("DELETE_IN_PROGRESS", .deleteInProgress),
        ("DELETE_COMPLETE", .deleteComplete),
        ("DELETE_FAILED", .deleteFailed),
        ("FAILED", .failed),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }

    /// CloudFormation has not finished computing it.
    package var isPending: Bool { self == .createPending || self == .createInProgress }
}

package enum ChangeSetExecutionStatus: ServiceWord {
    case unavailable, available, inProgress, complete, failed, obsolete
    case unknown(String)

    package static let words: [(word: String, value: ChangeSetExecutionStatus)] = [
        ("UNAVAILABLE", .unavailable),
        ("AVAILABLE", .available),
        ("EXECUTE_IN_PROGRESS", .inProgress),
        ("EXECUTE_COMPLETE", .complete),
        ("EXECUTE_FAILED", .failed),
        ("OBSOLETE", .obsolete),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }
}

/// A line of ListChangeSets.
package struct ChangeSetSummary: Sendable, Equatable {
    package var id: String
    package var name: String
    package var status: ChangeSetStatus
    package var statusReason: String?
    package var executionStatus: ChangeSetExecutionStatus
    package var created: Timestamp?
    package var description: String?

    init(_ element: XMLElement) {
        id = element.string("ChangeSetId") ?? ""
        name = element.string("ChangeSetName") ?? ""
        description = element.string("Description")
        status = ChangeSetStatus(word: element.string("Status") ?? "")
        statusReason = element.string("StatusReason")
        executionStatus = ChangeSetExecutionStatus(word: element.string("ExecutionStatus") ?? "")
        created = element.time("CreationTime")
    }
}
