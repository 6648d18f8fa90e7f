import Diagnostics

/// Name, stage, region, account.
enum NameRules {
    static let all = [nameSyntax, nameTooLong, stageSyntax, regionSyntax, regionUnknown, accountSyntax, boundaryARN]

    static let nameSyntax = Rule(.nameSyntax) { context in
        guard !isName(context.spec.name) else { return }
        context.report(
            .nameSyntax,
            "the name must be lower-case letters, digits and hyphens, beginning with a letter",
            at: "name",
            fix: repaired(context.spec.name).map { "write `\($0)`" } ?? "write a name like `my-bot`"
        )
    }

    static let nameTooLong = Rule(.nameTooLong) { context in
        let length = context.spec.stackName.unicodeScalars.count
        guard length > AWSLimit.stackName.length else { return }
        context.report(
            .nameTooLong,
            "name and stage make `\(MapReader.shortened(context.spec.stackName))`, \(length) characters: "
                + AWSLimit.stackName.reason,
            at: "name",
            fix: "shorten the name by \(length - AWSLimit.stackName.length) or more characters, or the stage",
            related: ["stage"]
        )
    }

    static let stageSyntax = Rule(.stageSyntax) { context in
        guard !isName(context.spec.stage) else { return }
        context.report(
            .stageSyntax,
            "the stage name `\(MapReader.shortened(context.spec.stage))` must be lower-case letters, digits and "
                + "hyphens, beginning with a letter",
            at: "stage",
            fix: repaired(context.spec.stage).map { "write `\($0)`" } ?? "write a stage name like `dev`"
        )
    }

    static let regionSyntax = Rule(.regionSyntax) { context in
        guard !Regions.isSyntax(context.spec.region) else { return }
        let near = Suggestion.nearest(to: context.spec.region, among: Regions.known)
        context.report(
            .regionSyntax,
            "`\(MapReader.shortened(context.spec.region))` is not a region code",
            at: "region",
            fix: near.map { "write `\($0)`" } ?? "write a code like `us-east-2`"
        )
    }

    static let regionUnknown = Rule(.regionUnknown) { context in
        let region = context.spec.region
        guard Regions.isSyntax(region), !Regions.known.contains(region) else { return }
        let near = Suggestion.nearest(to: region, among: Regions.known)
        context.report(
            .warning,
            .regionUnknown,
            "no region `\(region)` is known to this botctl",
            at: "region",
            fix: near.map { "write `\($0)`, unless this is a new region" } ?? "check the region's code"
        )
    }

    static let accountSyntax = Rule(.accountSyntax) { context in
        guard let account = context.spec.account else { return }
        let isDigits = account.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard !isDigits || account.utf8.count != 12 else { return }
        context.report(
            .accountSyntax,
            "an AWS account id has 12 digits",
            at: "account",
            fix: "write the 12 digits in quotes, without hyphens"
        )
    }

    static let boundaryARN = Rule(.boundaryARN) { context in
        guard let arn = context.spec.permissionsBoundary else { return }
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        let isPolicy =
            parts.count == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[3].isEmpty
            && parts[5].hasPrefix("policy/") && parts[5].utf8.count > "policy/".utf8.count
        guard !isPolicy else { return }
        context.report(
            .boundaryARN,
            "a permissions boundary is the ARN of a managed policy",
            at: "permissionsBoundary",
            fix: "write one like `arn:aws:iam::123456789012:policy/bot-boundary`"
        )
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.last != 0x2D else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    /// The name with its case lowered and everything else made hyphens, if a name comes of it.
    private static func repaired(_ text: String) -> String? {
        var result = ""
        for scalar in text.lowercased().unicodeScalars.prefix(60) {
            let isFine = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
            if isFine {
                result.unicodeScalars.append(scalar)
            } else if !result.isEmpty, result.last != "-" {
                result += "-"
            }
        }
        while result.last == "-" { result.removeLast() }
        return isName(result) ? result : nil
    }
}
