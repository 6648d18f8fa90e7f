import BotContract

/// The table.
enum TableRules {
    static let all = [
        attributeName, keysEqual, keyCollides, capacity, capacityCosts, deletionContradiction, kmsKeyArn,
    ]

    private static func keys(_ spec: BotSpec) -> [(path: String, name: String)] {
        [("table.partitionKey", spec.table.partitionKey), ("table.sortKey", spec.table.sortKey)]
    }

    static let attributeName = Rule(.attributeName) { context in
        for (path, name) in keys(context.spec) {
            let isPlain = name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E }
            guard name.isEmpty || name.utf8.count > AWSLimit.attributeNameBytes || !isPlain else { continue }
            context.report(
                .attributeName,
                "a key attribute's name has 1 to \(AWSLimit.attributeNameBytes) letters, digits, hyphens, dots "
                    + "and underscores",
                at: path,
                fix: path.hasSuffix("sortKey") ? "write `sessionId`" : "write `userId`"
            )
        }
    }

    static let keysEqual = Rule(.keysEqual) { context in
        guard context.spec.table.partitionKey == context.spec.table.sortKey else { return }
        context.report(
            .keysEqual,
            "partition key and sort key are both `\(context.spec.table.sortKey)`",
            at: context.wrote("table.sortKey") ? "table.sortKey" : "table.partitionKey",
            fix: "give them different names",
            related: ["table.partitionKey", "table.sortKey"]
        )
    }

    static let keyCollides = Rule(.keyCollides) { context in
        for (path, name) in keys(context.spec) where TableLayout.Attribute.reserved.contains(name) {
            context.report(
                .keyCollides,
                "`\(name)` is an attribute that the bot writes itself",
                at: path,
                fix: "choose another name, `\(path.hasSuffix("sortKey") ? "sessionId" : "userId")` for example"
            )
        }
    }

    static let capacity = Rule(.capacity) { context in
        guard case .provisioned(let read, let write) = context.spec.table.billing else { return }
        for (unit, value) in [("read", read), ("write", write)] {
            let path = "table.billing.\(unit)"
            context.require(value, in: 1...AWSLimit.tableCapacity, .capacity, "\(unit) capacity", at: path)
        }
    }

    static let capacityCosts = Rule(.capacityCosts) { context in
        guard case .provisioned(let read, let write) = context.spec.table.billing else { return }
        for (unit, value) in [("read", read), ("write", write)]
        where value > AWSLimit.freeCapacity && value <= AWSLimit.tableCapacity {
            context.report(
                .warning,
                .capacityCosts,
                "\(value) \(unit) units are more than the \(AWSLimit.freeCapacity) of the free tier",
                at: "table.billing.\(unit)",
                fix: "write \(AWSLimit.freeCapacity) or less, or billing: on-demand, unless you mean to pay for them"
            )
        }
    }

    static let deletionContradiction = Rule(.deletionContradiction) { context in
        guard context.spec.table.deletionProtection, context.spec.table.onTeardown == .delete else { return }
        context.report(
            .deletionContradiction,
            "a table with deletion protection cannot be deleted at teardown",
            at: "table.deletionProtection",
            fix: "write false, or onTeardown: retain",
            related: ["table.onTeardown"]
        )
    }

    /// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN
    static let kmsKeyArn = Rule(.kmsKeyArn) { context in
        guard let arn = context.spec.table.kmsKeyArn else { return }
        guard let parsed = ARN(arn), parsed.service == "kms", parsed.hasAccount, parsed.resource.hasPrefix("key/"),
            parsed.resource.utf8.count > 4
        else {
            context.report(
                .kmsKeyArn,
                "`\(MapReader.shortened(arn))` is not the ARN of a KMS key",
                at: "table.kmsKeyArn",
                fix: "write arn:aws:kms:<region>:<account>:key/<id>; an alias will not do"
            )
            return
        }
        guard parsed.region != context.spec.region, Regions.isSyntax(context.spec.region) else { return }
        context.report(
            .kmsKeyArn,
            "the KMS key is in \(parsed.region), the table in \(context.spec.region)",
            at: "table.kmsKeyArn",
            fix: "name a key in \(context.spec.region)",
            related: ["region"]
        )
    }
}

extension TableLayout.Attribute {
    /// The attributes that handlers write beside the keys.
    static let reserved: Set<String> = [
        kind, chatId, turnId, messageId, role, text, citations, usage, createdAt, state, leaseUntil, digest,
        nextAllowedAt, tokens, busyUntil, busyWith, feedback, confirmation, confirmUntil, confirmedBy, confirmedIn,
        confirmResult,
        unanswered, handoff, handoffAt, handoffLease, handoffBy, usedBy,
        expiresAt,
    ]
}

/// An Amazon resource name (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
struct ARN {
    var service: String
    var region: String
    var account: String
    var resource: String

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", ["aws", "aws-cn", "aws-us-gov", "aws-eusc"].contains(parts[1]),
            parts[5].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        (service, region, account, resource) = (parts[2], parts[3], parts[4], parts[5])
    }

    var hasAccount: Bool {
        account.utf8.count == 12 && account.utf8.allSatisfy(ASCII.isDigit) && Regions.isSyntax(region)
    }
}
