package import BotSpec
package import CloudFormation

/// The stack with the roles that a repository's CI jobs take: one deploys a stage, one shows pull requests what a
/// deployment would change and deploys previews. Neither can touch the roles themselves: their path is not the bots'.
package struct CIStack: Sendable {
    package static let provider: LogicalID = "Provider"
    package static let deployRole: LogicalID = "DeployRole"
    package static let pullRequestRole: LogicalID = "PullRequestRole"
    package static let deployRoleOutput: LogicalID = "DeployRoleArn"
    package static let pullRequestRoleOutput: LogicalID = "PullRequestRoleArn"
    private static let path = "/botctl-ci/"

    package var trust: RepositoryTrust
    package var spec: BotSpec
    /// Of each pattern of stages whose previews the pull requests may deploy.
    package var previews: [BotSpec]
    /// Twelve digits.
    package var account: String
    /// An account has one provider for each issuer: `false` where another stack or person has made it.
    package var ownsProvider: Bool
    /// ARN of a managed policy that the roles cannot go beyond.
    package var permissionsBoundary: String?

    package init(
        trust: RepositoryTrust,
        spec: BotSpec,
        previews: [BotSpec],
        account: String,
        ownsProvider: Bool,
        permissionsBoundary: String? = nil
    ) {
        self.trust = trust
        self.spec = spec
        self.previews = previews
        self.account = account
        self.ownsProvider = ownsProvider
        self.permissionsBoundary = permissionsBoundary
    }

    package static func name(of spec: BotSpec) -> String { "botctl-ci-\(spec.stackName)" }

    package static func providerARN(_ trust: RepositoryTrust, account: String, partition: String) -> String {
        "arn:\(partition):iam::\(account):oidc-provider/\(trust.issuer)"
    }

    package var template: Template {
        var template = Template(
            description: "Roles of the CI jobs of \(trust.repository) for \(spec.name), stage \(spec.stage) (botctl)"
        )
        if ownsProvider {
            template.add(
                Resource(
                    Self.provider,
                    "AWS::IAM::OIDCProvider",
                    // Other repositories' roles hang on it as soon as it is there.
                    attributes: ["DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"],
                    [
                        "Url": .string("https://\(trust.issuer)"), "ClientIdList": [.string(trust.audience)],
                        "Tags": tags,
                    ]
                )
            )
        }
        template.add(
            role(
                Self.deployRole,
                "deploy",
                "Deploys \(spec.stackName) from \(trust.repository)",
                subject: ("StringEquals", trust.deploySubject),
                policies: [("deploy", .deploy, spec)]
            )
        )
        template.add(
            role(
                Self.pullRequestRole,
                "pull-request",
                "Compares \(spec.stackName), and deploys previews, for pull requests of \(trust.repository)",
                subject: trust.pullRequestSubject,
                policies: [("diff", .diff, spec)]
                    + previews.enumerated().map { index, preview in
                        ("preview-\(index + 1)", .preview, preview)
                    }
            )
        )
        template.addOutput(
            Self.deployRoleOutput,
            description: "Role that deploys",
            value: .getAtt(Self.deployRole, "Arn")
        )
        template.addOutput(
            Self.pullRequestRoleOutput,
            description: "Role of pull requests",
            value: .getAtt(Self.pullRequestRole, "Arn")
        )
        return template
    }

    /// The policies of a role that are larger together than a role's may be.
    package var oversized: [String] {
        template.resources.filter { $0.type == "AWS::IAM::Role" }.compactMap { role in
            let size = (role.properties["Policies"]?.list ?? []).reduce(0) {
                $0 + ($1["PolicyDocument"].map(DeployerPolicy.size) ?? 0)
            }
            return size > DeployerPolicy.inlineLimit ? "\(role.id): \(size) characters" : nil
        }
    }

    private func role(
        _ id: LogicalID,
        _ suffix: String,
        _ description: String,
        subject: (operator: String, value: String),
        policies: [(name: String, job: DeployerPolicy.Job, spec: BotSpec)]
    ) -> Resource {
        var conditions: TemplateMap = [
            "StringEquals": .map(TemplateMap([("\(trust.issuer):aud", .string(trust.audience))]))
        ]
        var same = conditions[subject.operator]?.map ?? TemplateMap()
        same["\(trust.issuer):sub"] = .string(subject.value)
        conditions[subject.operator] = .map(same)
        let federated: TemplateValue =
            ownsProvider
            ? .getAtt(Self.provider, "Arn")
            : .sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/\(trust.issuer)")
        var properties: TemplateMap = [
            "RoleName": .string("\(spec.stackName)-\(suffix)"),
            "Path": .string(Self.path),
            "Description": .string(description),
            "AssumeRolePolicyDocument": [
                "Version": "2012-10-17",
                "Statement": [
                    [
                        "Effect": "Allow", "Principal": ["Federated": federated],
                        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": .map(conditions),
                    ]
                ],
            ],
            "Policies": .list(
                policies.map {
                    [
                        "PolicyName": .string($0.name),
                        "PolicyDocument": DeployerPolicy.document($0.job, for: $0.spec, account: account),
                    ]
                }
            ),
        ]
        properties["PermissionsBoundary"] = permissionsBoundary.map { .string($0) }
        properties["Tags"] = tags
        return Resource(id, "AWS::IAM::Role", properties)
    }

    private var tags: TemplateValue { [["Key": "botctl:stack", "Value": "ci"]] }
}
