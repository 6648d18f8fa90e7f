import AWSCore
import CloudFormation

/// A stack of the scripted CloudFormation: what it is, what has happened to it, and what is going to.
struct ScriptedStack {
    struct Resource {
        var logicalId: String
        var physicalId = ""
        var type: String
        var status: String
        var reason: String?
        var changed: Timestamp
        /// `DeletionPolicy: Retain`, or one that amounts to it here.
        var isRetained: Bool

        /// It is in the account.
        var isThere: Bool { !physicalId.isEmpty && status != "DELETE_COMPLETE" && status != "DELETE_SKIPPED" }
    }

    struct Event {
        var id: String
        var logicalId: String
        var physicalId: String
        var type: String
        var status: String
        var reason: String?
        var time: Timestamp
        var token: String
    }

    /// What a template and its parameters make.
    struct Definition: Equatable {
        let template: String
        let parameters: [String: String]
        let tags: [String: String]
        let resources: [CloudFormation.Resource]

        init(template: String = "", parameters: [String: String] = [:], tags: [String: String] = [:]) {
            self.template = template
            self.parameters = parameters
            self.tags = tags
            resources = (try? Template.parse(template))?.resources ?? []
        }

        var logicalIds: [String] { resources.map(\.id.text) }
    }

    struct ChangeSet {
        var id: String
        var name: String
        var isCreate: Bool
        var definition: Definition
        var description: String
        var created: Timestamp
        /// When it is seen, and when it is ready.
        var visible: Timestamp
        var ready: Timestamp
        var isEmpty: Bool
        var changes: [(action: String, logicalId: String, type: String)]
        var isObsolete = false
    }

    /// One thing that is going to happen.
    struct Step {
        enum Change {
            case stack(String, String?)
            case resource(String, String, String?)
            /// The definition that is in force from now on.
            case define(Definition)
        }
        var time: Timestamp
        var change: Change
        var token = ""
    }

    var id: String
    var name: String
    var status: String
    var reason: String?
    var definition = Definition()
    /// What a failing update goes back to.
    var previous: Definition?
    var resources: [Resource] = []
    /// Oldest first.
    var events: [Event] = []
    var agenda: [Step] = []
    var changeSets: [ChangeSet] = []
    var changeSetId: String?
    var isProtected = false
    var created: Timestamp
    var updated: Timestamp?

    var isDeleted: Bool { status == "DELETE_COMPLETE" }
    var isAtWork: Bool { status.hasSuffix("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS" }

    func resource(_ logicalId: String) -> Resource? { resources.first { $0.logicalId == logicalId } }
}

/// Something that is to go wrong with a resource.
struct ScriptedFailure {
    enum Phase { case create, update, delete, rollback }

    var phase: Phase
    var logicalId: String
    /// In AWS's own words.
    var reason: String
    /// How often; for ever when `nil`.
    var times: Int?

    init(_ phase: Phase, _ logicalId: String, _ reason: String, times: Int? = 1) {
        self.phase = phase
        self.logicalId = logicalId
        self.reason = reason
        self.times = times
    }
}

/// What a call meets instead of an answer.
enum ScriptedFault: Equatable {
    /// Asked for too much.
    case throttled
    /// Refused without having been carried out.
    case unavailable
    /// Carried out, and the answer got lost.
    case lostAnswer
}

/// Texts that CloudFormation and the resource types' handlers use, as they are recorded in AWS's documentation and
/// in issue trackers.
enum RecordedText {
    static let cancelledCreation = "Resource creation cancelled"
    static let cancelledUpdate = "Resource update cancelled"
    static let noChanges =
        "The submitted information didn't contain changes. Submit different information to create a change set."
    static let retainTooEarly =
        "When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state."
    static let retainDeleted =
        "The specified resources to retain must be in a valid state. Do not specify resources that are in the "
        + "DELETE_COMPLETE state."
    static let concurrency =
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
        + "its minimum value of [10]. (Service: Lambda, Status Code: 400)"
    static let bucketNotEmpty =
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
    static let roleInUse =
        "Cannot delete entity, must detach all policies first. (Service: AmazonIdentityManagement; Status Code: 409; "
        + "Error Code: DeleteConflict)"
    static let goneFunction =
        "Resource of type 'AWS::Lambda::Function' with identifier 'shop-dev-sendMessage' was not found."
    static let apiThrottled =
        "Resource handler returned message: \"Too Many Requests (Service: ApiGatewayV2, Status Code: 429)\" "
        + "(HandlerErrorCode: Throttling)"
    static let protectedTable =
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."

    static func failed(_ ids: [String], to verb: String) -> String {
        "The following resource(s) failed to \(verb): [\(ids.joined(separator: ", "))]. "
    }
}

extension CloudFormation.Resource {
    /// It stays when its stack goes.
    var isKept: Bool { deletionPolicy.map { $0.hasPrefix("Retain") } ?? false }
}
