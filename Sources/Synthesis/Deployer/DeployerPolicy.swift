import BotContract
package import BotSpec
package import CloudFormation

/// The IAM policy of whoever deploys a bot: what botctl and CloudFormation do for this very spec, on this very stage
/// (docs/decisions/0016-deployers.md).
package enum DeployerPolicy {
    package enum Job: String, Sendable, CaseIterable {
        /// `deploy`, `rollback`, `status`, `history`, `events` and what `diff` needs.
        case deploy
        /// `diff`, without `--change-set` and `--drift`.
        case diff
        case teardown
        /// `deploy`, `diff` and `teardown` of every stage of a pattern.
        case preview
    }

    /// What a managed policy may have, white space not counted; a role's own policies may have 10,240 together
    /// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
    package static let managedLimit = 6_144
    package static let inlineLimit = 10_240

    /// - Parameter account: twelve digits.
    package static func document(_ job: Job, for spec: BotSpec, account: String) -> TemplateValue {
        let scope = DeployerScope(spec, account: account, previews: job == .preview)
        var statements = PolicyStatements()
        statements.allow(DirectActions.stack(job), on: [scope.arn("cloudformation", "stack/\(scope.stack)/*")])
        statements.allow(DirectActions.bucket(job), on: [scope.bucketARN()])
        statements.allow(DirectActions.objects(job), on: [scope.bucketARN("/\(scope.bot)/\(scope.stage)/*")])
        if spec.auth.mode.usesTokenKey {
            let name = TokenKey.parameterName(name: scope.bot, stage: scope.stage)
            statements.allow(DirectActions.tokenKey(job), on: [scope.arn("ssm", "parameter\(name)")])
        }
        if spec.searchesByMeaning, job != .teardown {
            let model = "arn:\(scope.partition):bedrock:\(spec.region)::foundation-model/\(spec.embeddings.model)"
            statements.allow(["bedrock:InvokeModel"], on: [model])
        }
        let resources = ResourcePermissions(scope: scope, spec: spec)
        for action in DirectActions.functions(job) { resources.add(action, to: &statements) }
        if spec.widget.host {
            statements.allow(DirectActions.widget(job), on: [scope.widgetBucket, scope.widgetBucket + "/*"])
        }
        for action in DirectActions.leftovers(job) { resources.add(action, to: &statements) }
        let types = Set(Synthesizer.template(for: spec).resources.map(\.type))
        for actions in ResourceActions.all(for: spec) where types.contains(actions.type) {
            for action in actions.needed(for: job) { resources.add(action, of: actions.type, to: &statements) }
        }
        if job != .diff { resources.denyOthers(&statements) }
        return statements.document
    }

    /// As IAM counts it.
    package static func size(_ document: TemplateValue) -> Int { document.encodedCompact().utf8.count }
}

extension ResourceActions {
    fileprivate func needed(for job: DeployerPolicy.Job) -> [String] {
        switch job {
        case .diff: []
        case .teardown: read + delete
        // Going back deletes what a failed update made.
        case .deploy, .preview: create + read + update + delete
        }
    }
}
