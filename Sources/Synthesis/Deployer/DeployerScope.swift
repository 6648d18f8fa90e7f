package import BotSpec

/// What a deployer's policy is about: one bot's stage, or all of a pattern's, in one account and region.
package struct DeployerScope: Sendable, Equatable {
    /// Twelve digits.
    package var account: String
    package var region: String
    package var bot: String
    /// `prod`, or `pr-*`: IAM's star means what a pattern's means.
    package var stage: String

    /// - Parameter previews: of all stages of the spec's pattern, not of this one.
    package init(_ spec: BotSpec, account: String, previews: Bool) {
        self.account = account
        region = spec.region
        bot = spec.name
        stage = previews ? spec.pattern?.text ?? spec.stage : spec.stage
    }

    package var partition: String {
        if region.hasPrefix("cn-") { return "aws-cn" }
        return region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
    }

    /// Names the stack, and begins the names of what is in it.
    var stack: String { "\(bot)-\(stage)" }

    /// Of a resource in the account and region.
    func arn(_ service: String, _ resource: String) -> String {
        "arn:\(partition):\(service):\(region):\(account):\(resource)"
    }

    /// Of a resource of the account in no region.
    func globalARN(_ service: String, _ resource: String) -> String {
        "arn:\(partition):\(service)::\(account):\(resource)"
    }

    /// Of the artifact bucket, or of objects in it.
    func bucketARN(_ objects: String = "") -> String {
        "arn:\(partition):s3:::\(BootstrapStack.bucketName(account: account, region: region))\(objects)"
    }

    /// CloudFormation names it after the stack and its logical id, in small letters.
    var widgetBucket: String { "arn:\(partition):s3:::\(stack)-widgetbucket-*" }

    var roles: String { globalARN("iam", "role\(RolePath.path(name: bot, stage: stage))*") }
}
