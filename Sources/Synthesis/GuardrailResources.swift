import BotSpec
import CloudFormation

/// The Bedrock guardrail, and the version of it that the function uses.
enum GuardrailResources {
    static func add(to template: inout Template, _ context: Context) {
        guard let guardrail = context.spec.guardrail else { return }
        var properties: TemplateMap = [
            "Name": .string(context.spec.stackName),
            "BlockedInputMessaging": .string(guardrail.blockedMessage),
            "BlockedOutputsMessaging": .string(guardrail.blockedMessage),
        ]
        if !guardrail.deniedTopics.isEmpty {
            properties["TopicPolicyConfig"] = ["TopicsConfig": .list(guardrail.deniedTopics.map(topic))]
        }
        if let words = words(of: guardrail) { properties["WordPolicyConfig"] = words }
        if !guardrail.pii.isEmpty {
            properties["SensitiveInformationPolicyConfig"] = [
                "PiiEntitiesConfig": .list(
                    guardrail.pii.map {
                        ["Type": .string($0.type), "Action": $0.action == .block ? "BLOCK" : "ANONYMIZE"]
                    }
                )
            ]
        }
        let filters = [("GROUNDING", guardrail.grounding), ("RELEVANCE", guardrail.relevance)]
            .compactMap { type, threshold in
                threshold.map { ["Type": .string(type), "Threshold": .double($0)] as TemplateValue }
            }
        if !filters.isEmpty { properties["ContextualGroundingPolicyConfig"] = ["FiltersConfig": .list(filters)] }
        let content = TemplateValue.map(properties).encodedCompact()
        properties["Tags"] = context.tagList
        template.add(Resource(ID.guardrail, "AWS::Bedrock::Guardrail", properties))
        // A version is a snapshot. A changed description replaces it, so a changed guardrail gets a new one.
        template.add(
            Resource(
                ID.guardrailVersion,
                "AWS::Bedrock::GuardrailVersion",
                [
                    "GuardrailIdentifier": .getAtt(ID.guardrail, "GuardrailId"),
                    "Description": .string("content \(StableHash.name(of: content))"),
                ]
            )
        )
    }

    private static func topic(_ topic: BotSpec.Guardrail.Topic) -> TemplateValue {
        var value: TemplateMap = [
            "Name": .string(topic.name), "Definition": .string(topic.definition), "Type": "DENY",
        ]
        if !topic.examples.isEmpty { value["Examples"] = .list(topic.examples.map { .string($0) }) }
        return .map(value)
    }

    private static func words(of guardrail: BotSpec.Guardrail) -> TemplateValue? {
        var words: TemplateMap = [:]
        if !guardrail.blockedWords.isEmpty {
            words["WordsConfig"] = .list(guardrail.blockedWords.map { ["Text": .string($0)] })
        }
        if guardrail.profanity { words["ManagedWordListsConfig"] = [["Type": "PROFANITY"]] }
        return words.isEmpty ? nil : .map(words)
    }
}
