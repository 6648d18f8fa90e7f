import CloudFormation

/// What the policies of one resource allow, statement by statement, in a form that two versions of it can be
/// compared by.
struct Grants: Equatable {
    /// One action on one resource.
    struct Grant: Hashable {
        /// `nil` in a role's own policies, where the role is the principal.
        var principal: String?
        /// `not …` for `NotAction`.
        var action: String
        /// `not …` for `NotResource`; empty where the policy is the resource's own.
        var resource: String
        var condition: String?
    }

    var allowed: Set<Grant> = []
    var denied: Set<Grant> = []
    /// Managed policies by ARN.
    var attached: Set<String> = []
    var boundary: String?
    /// Parts that say something about permissions in a form that is not understood.
    var opaque: [String] = []

    /// `nil` for types that grant nothing.
    init?(_ resource: Resource) {
        let properties = resource.properties
        switch resource.type {
        case "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group":
            for policy in properties["Policies"]?.list ?? [] { read(policy["PolicyDocument"], isOwn: false) }
            if let policies = properties["Policies"], policies.list == nil { opaque.append(policies.readable) }
            if let trust = properties["AssumeRolePolicyDocument"] { read(trust, isOwn: true) }
            attached = Set((properties["ManagedPolicyArns"]?.list ?? []).map(\.readable))
            boundary = properties["PermissionsBoundary"]?.readable
        case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy":
            read(properties["PolicyDocument"], isOwn: false)
        case "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy":
            read(properties["PolicyDocument"], isOwn: true)
        case "AWS::Lambda::Permission":
            allowed.insert(
                Grant(
                    principal: properties["Principal"]?.readable,
                    action: properties["Action"]?.readable ?? "*",
                    resource: properties["FunctionName"]?.readable ?? "*",
                    condition: (properties["SourceArn"] ?? properties["SourceAccount"])?.readable
                )
            )
        default: return nil
        }
    }

    /// - Parameter isOwn: the policy is attached to the resource that it is about.
    private mutating func read(_ document: TemplateValue?, isOwn: Bool) {
        guard let document else { return }
        let statements = document["Statement"]?.list ?? [document["Statement"]].compactMap { $0 }
        guard document.map != nil, !document.isIntrinsic, !statements.isEmpty else {
            opaque.append(document.readable)
            return
        }
        for statement in statements {
            guard let effect = statement["Effect"]?.string, effect == "Allow" || effect == "Deny" else {
                opaque.append(statement.readable)
                continue
            }
            let principals = texts(statement["Principal"]) ?? texts(statement["NotPrincipal"], "not ") ?? []
            let actions = texts(statement["Action"]) ?? texts(statement["NotAction"], "not ") ?? []
            let resources = texts(statement["Resource"]) ?? texts(statement["NotResource"], "not ") ?? [""]
            for principal in principals.isEmpty ? [nil] : principals.map(Optional.some) {
                for action in actions {
                    for resource in resources {
                        let grant = Grant(
                            principal: principal,
                            action: action,
                            resource: resource,
                            condition: statement["Condition"]?.readable
                        )
                        if effect == "Allow" { allowed.insert(grant) } else { denied.insert(grant) }
                    }
                }
            }
        }
    }

    /// A policy element is one value or a list; a principal may be a map of lists.
    private func texts(_ value: TemplateValue?, _ prefix: String = "") -> [String]? {
        guard let value else { return nil }
        if let list = value.list { return list.map { prefix + $0.readable } }
        if let map = value.map, !value.isIntrinsic { return map.entries.flatMap { texts($0.value, prefix) ?? [] } }
        return [prefix + value.readable]
    }

    /// What this allows and `old` did not, in words; empty when nothing.
    func widening(over old: Grants?) -> [String] {
        var sentences: [String] = []
        let new = allowed.filter { grant in old?.allowed.contains { $0.covers(grant) } != true }
        sentences += Self.sentences(new, verb: "may now do")
        if let old {
            let lifted = old.denied.filter { grant in !denied.contains { $0.covers(grant) } }
            sentences += Self.sentences(lifted, verb: "is no longer denied")
            if let boundary = old.boundary, boundary != self.boundary {
                sentences.append("is no longer bounded by \(boundary)")
            }
        }
        sentences += attached.subtracting(old?.attached ?? []).sorted().map { "gets the managed policy \($0)" }
        if opaque.contains(where: { old?.opaque.contains($0) != true }) {
            sentences.append("has permissions that cannot be judged here: review them")
        }
        return sentences
    }

    /// A resource of the stack by its logical id, as a reader knows it; anything else as it is written.
    private static func name(of resource: String) -> String {
        if resource.hasPrefix("!Ref ") { return String(resource.dropFirst(5)) }
        guard resource.hasPrefix("!GetAtt "), resource.hasSuffix(".Arn") else { return resource }
        return String(resource.dropFirst(8).dropLast(4))
    }

    /// One sentence for all actions on one resource.
    private static func sentences(_ grants: Set<Grant>, verb: String) -> [String] {
        var actions: [Grant: [String]] = [:]
        for grant in grants {
            var key = grant
            key.action = ""
            actions[key, default: []].append(grant.action)
        }
        return actions.map { key, actions in
            (key.principal.map { "lets \($0): " } ?? "") + "\(verb) \(actions.sorted().joined(separator: ", "))"
                + (key.resource.isEmpty ? "" : " on \(name(of: key.resource))")
                + (key.condition.map { " where \($0)" } ?? "")
        }.sorted()
    }
}

extension Grants.Grant {
    /// Whether all that `other` allows is allowed by this. IAM's `*` and `?` are understood where they stand in
    /// plain text; a condition narrows, so it must be the same or absent.
    func covers(_ other: Grants.Grant) -> Bool {
        (principal == other.principal || principal == "*")
            && (condition == nil || condition == other.condition)
            && Self.matches(action.lowercased(), other.action.lowercased())
            && Self.matches(resource, other.resource)
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        if pattern == text || pattern == "*" { return true }
        // The complement of a pattern is no pattern.
        guard !pattern.hasPrefix("not "), !text.hasPrefix("not "), pattern.contains(where: { $0 == "*" || $0 == "?" })
        else { return false }
        let pattern = Array(pattern.unicodeScalars)
        let text = Array(text.unicodeScalars)
        var p = 0
        var t = 0
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] || (pattern[p] == "?" && text[t] != "*") {
                p += 1
                t += 1
            } else if let back = star {
                star = (back.pattern, back.text + 1)
                p = back.pattern + 1
                t = back.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
