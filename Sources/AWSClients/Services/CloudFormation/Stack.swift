package import AWSCore

/// A deployed stack, as DescribeStacks answers.
package struct Stack: Sendable, Equatable {
    package var id: String
    package var name: String
    package var status: StackStatus
    package var statusReason: String?
    package var parameters: [String: String]
    package var outputs: [String: String]
    package var tags: [String: String]
    package var capabilities: [String]
    package var hasTerminationProtection: Bool
    package var created: Timestamp?
    package var lastUpdated: Timestamp?
    /// The change set that was executed last.
    package var changeSetId: String?
    /// Of the last operation; `nil` where CloudFormation does not tell, as for standard mode.
    package var deploymentMode: DeploymentConfig.Mode?

    init(_ element: XMLElement) {
        id = element.string("StackId") ?? ""
        name = element.string("StackName") ?? ""
        status = StackStatus(word: element.string("StackStatus") ?? "")
        statusReason = element.string("StackStatusReason")
        parameters = element.dictionary("Parameters", key: "ParameterKey", value: "ParameterValue")
        outputs = element.dictionary("Outputs", key: "OutputKey", value: "OutputValue")
        tags = element.dictionary("Tags", key: "Key", value: "Value")
        capabilities = element.members("Capabilities").map(\.text)
        hasTerminationProtection = element.bool("EnableTerminationProtection") ?? false
        created = element.time("CreationTime")
        lastUpdated = element.time("LastUpdatedTime")
        changeSetId = element.string("ChangeSetId")
        deploymentMode = element.first("DeploymentConfig")?.string("Mode").flatMap(DeploymentConfig.Mode.init)
    }
}

/// Every documented status of a stack (CloudFormation API Reference, data type Stack).
package enum StackStatus: ServiceWord {
    case createInProgress, createFailed, createComplete
    case rollbackInProgress, rollbackFailed, rollbackComplete
    case deleteInProgress, deleteFailed, deleteComplete
    case updateInProgress, updateCompleteCleanupInProgress, updateComplete, updateFailed
    case updateRollbackInProgress, updateRollbackFailed
    case updateRollbackCompleteCleanupInProgress, updateRollbackComplete
    case reviewInProgress
    case importInProgress, importComplete
    case importRollbackInProgress, importRollbackFailed, importRollbackComplete
    case unknown(String)

    package static let words: [(word: String, value: StackStatus)] = [
        ("CREATE_IN_PROGRESS", .createInProgress),
        ("CREATE_FAILED", .createFailed),
        ("CREATE_COMPLETE", .createComplete),
        ("ROLLBACK_IN_PROGRESS", .rollbackInProgress),
        ("ROLLBACK_FAILED", .rollbackFailed),
        ("ROLLBACK_COMPLETE", .rollbackComplete),
        ("DELETE_IN_PROGRESS", .deleteInProgress),
        ("DELETE_FAILED", .deleteFailed),
        ("DELETE_COMPLETE", .deleteComplete),
        ("UPDATE_IN_PROGRESS", .updateInProgress),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", .updateCompleteCleanupInProgress),
        ("UPDATE_COMPLETE", .updateComplete),
        ("UPDATE_FAILED", .updateFailed),
        ("UPDATE_ROLLBACK_IN_PROGRESS", .updateRollbackInProgress),
        ("UPDATE_ROLLBACK_FAILED", .updateRollbackFailed),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", .updateRollbackCompleteCleanupInProgress),
        ("UPDATE_ROLLBACK_COMPLETE", .updateRollbackComplete),
        ("REVIEW_IN_PROGRESS", .reviewInProgress),
        ("IMPORT_IN_PROGRESS", .importInProgress),
        ("IMPORT_COMPLETE", .importComplete),
        ("IMPORT_ROLLBACK_IN_PROGRESS", .importRollbackInProgress),
        ("IMPORT_ROLLBACK_FAILED", .importRollbackFailed),
        ("IMPORT_ROLLBACK_COMPLETE", .importRollbackComplete),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }

    /// CloudFormation is working on the stack; a review is not work.
    package var isInProgress: Bool { self != .reviewInProgress && word.hasSuffix("_IN_PROGRESS") }
}

/// One line of a stack's history.
package struct StackEvent: Sendable, Equatable {
    package var id: String
    package var stackId: String
    package var stackName: String
    package var logicalId: String
    package var physicalId: String?
    package var resourceType: String
    /// `CREATE_COMPLETE` and the like; the stack's own events carry its status.
    package var status: String
    package var statusReason: String?
    package var time: Timestamp?
    /// Of the call that caused the event.
    package var clientToken: String?

    /// Whether the event is the stack's own and not one of its resources'.
    package var isOfStack: Bool { physicalId == stackId }
    package var isFailure: Bool { status.hasSuffix("_FAILED") }

    init(_ element: XMLElement) {
        id = element.string("EventId") ?? ""
        stackId = element.string("StackId") ?? ""
        stackName = element.string("StackName") ?? ""
        logicalId = element.string("LogicalResourceId") ?? ""
        physicalId = element.string("PhysicalResourceId")
        resourceType = element.string("ResourceType") ?? ""
        status = element.string("ResourceStatus") ?? ""
        statusReason = element.string("ResourceStatusReason")
        time = element.time("Timestamp")
        clientToken = element.string("ClientRequestToken")
    }
}

/// A resource of a stack.
package struct StackResource: Sendable, Equatable {
    package var logicalId: String
    package var physicalId: String?
    package var type: String
    package var status: String
    package var statusReason: String?

    init(_ element: XMLElement) {
        logicalId = element.string("LogicalResourceId") ?? ""
        physicalId = element.string("PhysicalResourceId")
        type = element.string("ResourceType") ?? ""
        status = element.string("ResourceStatus") ?? ""
        statusReason = element.string("ResourceStatusReason")
    }
}

extension XMLElement {
    func time(_ name: String) -> Timestamp? { string(name).flatMap { Timestamp(rfc3339: $0) } }

    /// A list of pairs as a dictionary; of a repeated key the last wins.
    func dictionary(_ list: String, key: String, value: String) -> [String: String] {
        var result: [String: String] = [:]
        for member in members(list) {
            if let name = member.string(key) { result[name] = member.string(value) ?? "" }
        }
        return result
    }
}
