import AWSClients
import AWSCore
import Synthesis

/// The artifact bucket, and the package in it.
struct Bootstrap {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let artifacts: ArtifactStore

    /// Creates the bucket, on consent, when it is missing.
    /// - Returns: whether the package is in it already.
    func ensureBucket(for package: BuiltPackage) throws(OperationError) -> Bool {
        let key = artifacts.key(of: package)
        if try artifacts.contains(key) {
            host.notify(.artifactPresent(key: key))
            return true
        }
        if try !artifacts.bucketExists() { try createBucket() }
        try context.checkInterrupted()
        return false
    }

    func beginUpload(_ package: BuiltPackage) throws(OperationError) -> PendingUpload {
        let key = artifacts.key(of: package)
        host.notify(.uploading(bucket: artifacts.bucket, key: key, bytes: package.zip.count))
        return try artifacts.beginUpload(package)
    }

    private func createBucket() throws(OperationError) {
        let desired = DesiredStack.bootstrap(plainHTTP: cloud.session.endpoint("s3").scheme == .http)
        let stack = try StackReadiness(cloud: cloud, context: context, host: host, name: desired.name).makeReady()
        guard stack == nil else {
            // Another run was at it, and this one has waited for its end.
            if try artifacts.bucketExists() { return }
            throw OperationError(
                .stackState,
                "the stack \(desired.name) is there, but its bucket \(artifacts.bucket) is not",
                fix: "delete the stack \(desired.name), then deploy again: botctl creates both anew"
            )
        }
        let region = cloud.session.region
        let question = Question(
            "This account has no bucket for packages in \(region). Create \(artifacts.bucket) (stack \(desired.name))?",
            defaultAnswer: true
        )
        let changes = ChangeSetRun(
            cloud: cloud,
            context: context,
            host: host,
            desired: desired,
            template: .body(desired.text),
            type: .create
        )
        guard try context.confirm(question, host) else {
            throw OperationError(
                .declined,
                "without the bucket \(artifacts.bucket) there is nothing to deploy from",
                fix: "deploy again and say yes, or have an administrator create stacks/bootstrap.template.json as the "
                    + "stack \(desired.name)"
            )
        }
        host.notify(.creatingBucket(name: artifacts.bucket, stack: desired.name))
        let outcome = try changes.run { _ in true }
        guard case .done(let end) = outcome, end.stack?.status.isSuccess == true else {
            var details: [String] = []
            if case .done(let end) = outcome, let cause = RootCause.find(in: end.events) {
                details = ["\(cause.logicalId): \(cause.statusReason ?? cause.status)"]
            }
            throw OperationError(
                .stackState,
                "the bucket \(artifacts.bucket) could not be created",
                details: details,
                fix: "correct the cause, then deploy again"
            )
        }
    }
}
