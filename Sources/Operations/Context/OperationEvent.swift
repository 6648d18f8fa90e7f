package import AWSCore
package import Diagnostics
package import HandlerBuild
package import Planning

/// What an operation reports while it runs. Views draw it; nothing here is a sentence, but `note`.
package enum OperationEvent: Sendable, Equatable {
    /// The spec is valid, and there is something to say about it.
    case warnings([Diagnostic])
    case build(BuildEvent)
    /// - Parameter unchanged: the package is the one that was already there.
    case packaged(sha256: String, bytes: Int, unchanged: Bool)
    case signedIn(account: String, caller: String, region: String, credentials: String)
    case creatingBucket(name: String, stack: String)
    case uploading(bucket: String, key: String, bytes: Int)
    case artifactPresent(key: String)
    case tokenKeyCreated(parameter: String)
    case detectingDrift(stack: String)
    case creatingChangeSet(stack: String, name: String)
    /// Shown before anything is executed.
    case planned(Plan)
    /// CloudFormation works on a stack.
    case watching(stack: String, work: StackWork)
    case resource(ResourceEvent)
    /// Once for each look at a stack that is not done yet; the seconds since the watching began.
    case stillWatching(seconds: Double)
    /// Somebody else's work on the stack is waited for.
    case waiting(stack: String, why: String)
    /// The last watched work has ended.
    case settled(stack: String, status: String, seconds: Double)
    /// Functions are given other code without CloudFormation.
    case swapping(stack: String, functions: Int)
    /// The deployed bot is tried.
    case smoking(stack: String)
    case removed(kind: String, name: String)
    /// Somebody has to open the address and compare the code.
    case confirmSignIn(url: String, completeURL: String, code: String)
    /// Something is put into the user's cache folder.
    /// - Parameter share: how much of it is done, from 0 to 1.
    case installing(name: String, step: String, share: Double)
    case installed(name: String, folder: String, seconds: Double)
    case note(String)
}

package enum StackWork: String, Sendable { case create, update, delete, rollback }

/// One step of one resource, as CloudFormation tells it.
package struct ResourceEvent: Sendable, Equatable {
    package var time: Timestamp
    package var logicalId: String
    /// `AWS::Lambda::Function`
    package var type: String
    /// `CREATE_IN_PROGRESS`, …
    package var status: String
    package var reason: String?

    package init(time: Timestamp, logicalId: String, type: String, status: String, reason: String?) {
        self.time = time
        self.logicalId = logicalId
        self.type = type
        self.status = status
        self.reason = reason
    }

    package var failed: Bool { status.hasSuffix("_FAILED") }
    package var isDone: Bool { !status.hasSuffix("_IN_PROGRESS") }
}

/// Who runs an operation: hears what happens and answers questions.
package protocol OperationHost: AnyObject {
    func notify(_ event: OperationEvent)
    /// Asks until the answer means something; Ctrl-C and the end of input mean no.
    func ask(_ question: Question) -> Bool
}
