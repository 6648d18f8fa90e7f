/// Tags (https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html).
enum TagRules {
    static let all = [tagCount, tagKey, tagValue]

    static let tagCount = Rule(.tagCount) { context in
        guard context.spec.tags.count > AWSLimit.tags else { return }
        context.report(
            .tagCount,
            "\(context.spec.tags.count) tags are more than the \(AWSLimit.tags) that a resource can have",
            at: "tags",
            fix: "delete \(context.spec.tags.count - AWSLimit.tags) of them",
            onKey: true
        )
    }

    static let tagKey = Rule(.tagKey) { context in
        for key in context.spec.tags.keys {
            let path = "tags.\(key)"
            if key.lowercased().hasPrefix("aws:") {
                context.report(
                    .tagKey,
                    "tag keys that begin with `aws:` are AWS's own",
                    at: path,
                    fix: "choose another key",
                    onKey: true
                )
            } else if key.isEmpty || key.unicodeScalars.count > AWSLimit.tagKeyLength || !isAllowed(key) {
                context.report(
                    .tagKey,
                    "a tag key has 1 to \(AWSLimit.tagKeyLength) letters, digits, spaces and _ . : / = + - @",
                    at: path,
                    fix: "shorten it, or use only these characters",
                    onKey: true
                )
            }
        }
    }

    static let tagValue = Rule(.tagValue) { context in
        for (key, value) in context.spec.tags {
            guard value.unicodeScalars.count > AWSLimit.tagValueLength || !isAllowed(value) else { continue }
            context.report(
                .tagValue,
                "a tag value has at most \(AWSLimit.tagValueLength) letters, digits, spaces and _ . : / = + - @",
                at: "tags.\(key)",
                fix: "shorten it, or use only these characters"
            )
        }
    }

    private static func isAllowed(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.isASCII
                    && " _.:/=+-@".unicodeScalars.contains(scalar)
        }
    }
}
