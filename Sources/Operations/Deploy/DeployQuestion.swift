package import BotSpec
package import Planning

/// The question after the plan.
package enum DeployQuestion {
    package static func make(plan: Plan, spec: BotSpec, isNew: Bool) -> Question {
        let summary = plan.summary
        let confirmation = spec.protect ? spec.stackName : nil
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
        return Question(
            isNew ? "Create \(spec.stackName)?" : "Deploy to \(spec.stackName)?",
            defaultAnswer: summary.replace == 0 && summary.remove == 0,
            confirmation: confirmation
        )
    }
}
