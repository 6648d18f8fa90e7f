package import BotSpec
package import Planning

/// The question after the plan.
package enum DeployQuestion {
    /// - Returns: `nil` when this plan needs nobody's yes.
    package static func make(plan: Plan, spec: BotSpec, isNew: Bool, approval: Approval = .any) -> Question? {
        switch approval {
        case .any: return question(plan, spec, isNew)
        case .widening where !isNew:
            let summary = plan.summary
            let isHarmless = summary.dataLoss == 0 && summary.replace == 0 && !summary.widens
            return isHarmless && !spec.protect ? nil : question(plan, spec, isNew)
        case .never, .widening: return spec.protect ? question(plan, spec, isNew) : nil
        }
    }

    private static func question(_ plan: Plan, _ spec: BotSpec, _ isNew: Bool) -> Question {
        let summary = plan.summary
        let confirmation = spec.protect ? spec.stage : nil
        if summary.dataLoss > 0 {
            let what = summary.dataLoss == 1 ? "1 change loses data" : "\(summary.dataLoss) changes lose data"
            return Question(
                "\(what). Deploy to \(spec.stackName) all the same?",
                defaultAnswer: false,
                confirmation: confirmation
            )
        }
        if !isNew, summary.widerPermissions > 0 {
            return Question(
                "The bot would be allowed to do more than before. Deploy to \(spec.stackName)?",
                defaultAnswer: false,
                confirmation: confirmation
            )
        }
        if !isNew, summary.exposed > 0 {
            return Question(
                "Something would be open to more people, or less protected. Deploy to \(spec.stackName)?",
                defaultAnswer: false,
                confirmation: confirmation
            )
        }
        return Question(
            isNew ? "Create \(spec.stackName)?" : "Deploy to \(spec.stackName)?",
            defaultAnswer: summary.replace == 0 && summary.remove == 0,
            confirmation: confirmation
        )
    }
}
