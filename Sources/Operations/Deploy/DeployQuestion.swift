package import BotSpec
package import Planning

/// The question after the plan.
package enum DeployQuestion {
    /// - Parameter isProtected: as the spec says, or as the stack still is; `nil` goes by the spec alone.
    /// - Returns: `nil` when this plan needs nobody's yes.
    package static func make(
        plan: Plan,
        spec: BotSpec,
        isNew: Bool,
        isProtected: Bool? = nil,
        approval: Approval = .any
    ) -> Question? {
        let isProtected = isProtected ?? spec.protect
        let question = question(plan, spec, isNew, confirmation: isProtected ? spec.stage : nil)
        switch approval {
        case .any: return question
        case .widening where !isNew:
            let summary = plan.summary
            let isHarmless = summary.dataLoss == 0 && summary.replace == 0 && !summary.widens
            return isHarmless && !isProtected ? nil : question
        case .never, .widening: return isProtected ? question : nil
        }
    }

    private static func question(
        _ plan: Plan,
        _ spec: BotSpec,
        _ isNew: Bool,
        confirmation: String?
    ) -> Question {
        let summary = plan.summary
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
