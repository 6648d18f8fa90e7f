import Diagnostics

/// The Bedrock guardrail.
enum GuardrailRules {
    static let all = [topicCount, topicText, wordCount, wordLength, piiType, threshold, guardrailIdle, blockedMessage]

    static let topicCount = Rule(.topicCount) { context in
        guard let topics = context.spec.guardrail?.deniedTopics else { return }
        if topics.count > AWSLimit.topics {
            context.report(
                .topicCount,
                "\(topics.count) denied topics are more than the \(AWSLimit.topics) that a guardrail can have",
                at: "guardrail.deniedTopics",
                fix: "delete \(topics.count - AWSLimit.topics) of them",
                onKey: true
            )
        }
        for (index, topic) in topics.enumerated() where topic.examples.count > AWSLimit.topicExamples {
            context.report(
                .topicCount,
                "\(topic.examples.count) examples are more than the \(AWSLimit.topicExamples) that a topic can have",
                at: "guardrail.deniedTopics[\(index)].examples",
                fix: "keep the \(AWSLimit.topicExamples) that differ most",
                onKey: true
            )
        }
    }

    static let topicText = Rule(.topicText) { context in
        for (index, topic) in (context.spec.guardrail?.deniedTopics ?? []).enumerated() {
            let path = "guardrail.deniedTopics[\(index)]"
            let isPlain = topic.name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || "-_ !?.".utf8.contains($0) }
            if !isPlain || !(1...AWSLimit.topicNameLength).contains(topic.name.utf8.count) {
                context.report(
                    .topicText,
                    "a topic's name has 1 to \(AWSLimit.topicNameLength) ASCII letters, digits, spaces and . - _ ! ?",
                    at: "\(path).name",
                    fix: "write a name like `legal-advice`"
                )
            }
            let texts =
                [("definition", topic.definition, AWSLimit.topicDefinitionLength)]
                + topic.examples.enumerated().map { ("examples[\($0)]", $1, AWSLimit.topicExampleLength) }
            for (key, text, limit) in texts where !(1...limit).contains(text.unicodeScalars.count) {
                context.report(
                    .topicText,
                    "a topic's \(key.prefix { $0 != "[" }) has 1 to \(limit) characters, not \(text.unicodeScalars.count)",
                    at: "\(path).\(key)",
                    fix: text.isEmpty ? "write one" : "shorten it by \(text.unicodeScalars.count - limit) or more"
                )
            }
        }
    }

    static let wordCount = Rule(.wordCount) { context in
        guard let words = context.spec.guardrail?.blockedWords, words.count > AWSLimit.blockedWords else { return }
        context.report(
            .wordCount,
            "\(words.count) blocked words are more than the \(AWSLimit.blockedWords) that a guardrail can have",
            at: "guardrail.blockedWords",
            fix: "delete \(words.count - AWSLimit.blockedWords) of them",
            onKey: true
        )
    }

    static let wordLength = Rule(.wordLength) { context in
        for (index, word) in (context.spec.guardrail?.blockedWords ?? []).enumerated()
        where !(1...AWSLimit.blockedWordLength).contains(word.unicodeScalars.count) {
            context.report(
                .wordLength,
                "a blocked word has 1 to \(AWSLimit.blockedWordLength) characters, not \(word.unicodeScalars.count)",
                at: "guardrail.blockedWords[\(index)]",
                fix: word.isEmpty ? "delete it" : "shorten it"
            )
        }
    }

    static let piiType = Rule(.piiType) { context in
        var seen: Set<String> = []
        for (index, pii) in (context.spec.guardrail?.pii ?? []).enumerated() {
            let path = "guardrail.pii[\(index)].type"
            if !piiTypes.contains(pii.type) {
                let near = Suggestion.nearest(to: pii.type, among: piiTypes)
                context.report(
                    .piiType,
                    "Bedrock knows no type of personal data `\(MapReader.shortened(pii.type))`",
                    at: path,
                    fix: near.map { "write \($0)" } ?? "use one of \(MapReader.list(piiTypes))"
                )
            } else if !seen.insert(pii.type).inserted {
                context.report(
                    .piiType,
                    "the type \(pii.type) is listed twice",
                    at: path,
                    fix: "keep one of the two",
                    related: ["guardrail.pii"]
                )
            }
        }
    }

    static let threshold = Rule(.threshold) { context in
        guard let guardrail = context.spec.guardrail else { return }
        for (key, value) in [("grounding", guardrail.grounding), ("relevance", guardrail.relevance)] {
            guard let value else { continue }
            context.require(
                value,
                in: AWSLimit.threshold,
                .threshold,
                "guardrail.\(key)",
                at: "guardrail.\(key)"
            )
        }
    }

    static let guardrailIdle = Rule(.guardrailIdle) { context in
        guard let guardrail = context.spec.guardrail, guardrail.isIdle else { return }
        context.report(
            .guardrailIdle,
            "the guardrail denies, blocks and checks nothing; Bedrock refuses such a one",
            at: "guardrail",
            fix: "add `profanity: true` for example, or write `guardrail: {}` for none",
            related: ["guardrail"],
            onKey: true
        )
    }

    static let blockedMessage = Rule(.blockedMessage) { context in
        guard let message = context.spec.guardrail?.blockedMessage,
            !(1...AWSLimit.blockedMessageLength).contains(message.unicodeScalars.count)
        else { return }
        context.report(
            .blockedMessage,
            "guardrail.blockedMessage has 1 to \(AWSLimit.blockedMessageLength) characters, not "
                + "\(message.unicodeScalars.count)",
            at: "guardrail.blockedMessage",
            fix: message.isEmpty ? "write what the customer reads" : "shorten it"
        )
    }

    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailPiiEntityConfig.html
    static let piiTypes = [
        "ADDRESS", "AGE", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "CA_HEALTH_NUMBER", "CA_SOCIAL_INSURANCE_NUMBER",
        "CREDIT_DEBIT_CARD_CVV", "CREDIT_DEBIT_CARD_EXPIRY", "CREDIT_DEBIT_CARD_NUMBER", "DRIVER_ID", "EMAIL",
        "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "IP_ADDRESS", "LICENSE_PLATE", "MAC_ADDRESS", "NAME", "PASSWORD",
        "PHONE", "PIN", "SWIFT_CODE", "UK_NATIONAL_HEALTH_SERVICE_NUMBER", "UK_NATIONAL_INSURANCE_NUMBER",
        "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER", "URL", "USERNAME", "US_BANK_ACCOUNT_NUMBER", "US_BANK_ROUTING_NUMBER",
        "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", "US_PASSPORT_NUMBER", "US_SOCIAL_SECURITY_NUMBER",
        "VEHICLE_IDENTIFICATION_NUMBER",
    ]
}

extension BotSpec.Guardrail {
    fileprivate var isIdle: Bool {
        deniedTopics.isEmpty && blockedWords.isEmpty && !profanity && pii.isEmpty && grounding == nil
            && relevance == nil
    }
}
