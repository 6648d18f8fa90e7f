import AWSClients
import AWSCore
import BotSpec
import CloudFormation
package import Synthesis

/// `botctl bootstrap`: what an account needs before bots are deployed to it: the bucket of packages, and on request
/// the roles of a repository's CI jobs.
package struct BootstrapAccount {
    package struct Result: Sendable, Equatable {
        package var account: String
        package var region: String
        package var bucket: String
        package var bucketOutcome: Deploy.Outcome
        /// `nil` when none were asked for.
        package var roles: Roles?
    }

    package struct Roles: Sendable, Equatable {
        package var trust: RepositoryTrust
        package var stack: String
        package var outcome: Deploy.Outcome
        package var deployRole: String
        package var pullRequestRole: String
        package var stage: String
        /// Patterns of the stages that pull requests may deploy.
        package var previews: [String]
    }

    package struct Options: Sendable, Equatable {
        package var trust: RepositoryTrust?
        /// ARN of the managed policy that bounds the roles of CI.
        package var permissionsBoundary: String?

        package init(trust: RepositoryTrust? = nil, permissionsBoundary: String? = nil) {
            self.trust = trust
            self.permissionsBoundary = permissionsBoundary
        }
    }

    /// Without a spec the region comes from `--region` or the AWS configuration; roles need a spec.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        options: Options = Options()
    ) throws(OperationError) -> Result {
        let needsSpec = options.trust != nil || context.effects.files.exists(context.path(context.specFile))
        let loaded = needsSpec ? try context.loadSpec(telling: host, toChange: true) : nil
        let cloud = try Cloud(context, region: loaded?.spec.region ?? context.overrides.region)
        let account: String
        if let spec = loaded?.spec {
            account = try cloud.signIn(spec, host).account
        } else {
            account = try cloud.attempt("tell whose credentials these are") { () throws(AWSError) in
                try cloud.sts.getCallerIdentity().account
            }
        }
        let bucket = BootstrapStack.bucketName(account: account, region: cloud.session.region)
        let bucketOutcome = try ensureBucket(bucket, cloud, context, host)
        var roles: Roles?
        if let trust = options.trust, let loaded {
            roles = try CISetup(
                context: context,
                host: host,
                cloud: cloud,
                loaded: loaded,
                account: account,
                trust: trust,
                permissionsBoundary: options.permissionsBoundary
            ).run()
        }
        return Result(
            account: account,
            region: cloud.session.region,
            bucket: bucket,
            bucketOutcome: bucketOutcome,
            roles: roles
        )
    }

    private static func ensureBucket(
        _ bucket: String,
        _ cloud: Cloud,
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> Deploy.Outcome {
        let desired = DesiredStack.bootstrap(plainHTTP: cloud.session.endpoint("s3").scheme == .http)
        let isThere = try cloud.attempt("look at the bucket \(bucket)") { () throws(AWSError) in
            try cloud.s3.headBucket(bucket) != nil
        }
        let hasStack = try cloud.attempt("describe the stack \(desired.name)") { () throws(AWSError) in
            try cloud.cloudFormation.describeStack(desired.name) != nil
        }
        // An administrator may have made it by other means.
        if isThere, !hasStack { return .nothingToDo }
        return try SupportStack(cloud: cloud, context: context, host: host, desired: desired).apply { _, isNew in
            Question(
                isNew ? "Create the bucket \(bucket) (stack \(desired.name))?" : "Update the stack \(desired.name)?",
                defaultAnswer: true
            )
        }.outcome
    }
}
