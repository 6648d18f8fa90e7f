import CloudFormation

/// What a change opens to people who could not reach it, and which protections it takes away.
enum Exposure {
    /// - Parameters: the resource as it is deployed and as it would be; `nil` where it is not there.
    static func reasons(from old: Resource?, to new: Resource?) -> [Change.Reason] {
        var texts: [String] = []
        if let new { texts += openings(from: old, to: new) }
        if let old { texts += lostProtections(from: old, to: new) }
        return texts.map { .init(.exposure, $0) }
    }

    /// A setting of `bot.json`.
    static func reason(_ setting: PropertyChange) -> Change.Reason? {
        switch setting.path {
        case "auth.mode" where setting.after == "visitor" && setting.before != nil:
            return .init(.exposure, "anyone may chat, without a token of yours")
        case "auth.allowedOrigins":
            let before = Set(elements(setting.before))
            let after = Set(elements(setting.after))
            if after.isEmpty, !before.isEmpty { return .init(.exposure, "pages of every site may open a chat") }
            let added = before.isEmpty ? [] : after.subtracting(before).sorted()
            return added.isEmpty ? nil : .init(.exposure, "pages of \(added.joined(separator: ", ")) may open a chat")
        default: return nil
        }
    }

    /// `[a, b]`, as settings are written.
    private static func elements(_ list: String?) -> [String] {
        guard let list, list.hasPrefix("["), list.hasSuffix("]") else { return [] }
        return list.dropFirst().dropLast().split(separator: ",").map { String($0.drop { $0 == " " }) }
    }

    private static func openings(from old: Resource?, to new: Resource) -> [String] {
        switch new.type {
        case "AWS::Lambda::Permission":
            let isBounded = { (resource: Resource) in
                resource.properties["SourceArn"] != nil || resource.properties["SourceAccount"] != nil
            }
            guard !isBounded(new), old.map(isBounded) != false else { return everybody(from: old, to: new) }
            return ["it names no source: anything of \(who(new)) may call the function, in every account"]
        case "AWS::ApiGatewayV2::Route":
            let key = new.properties["RouteKey"]?.string ?? "a route"
            return isOpen(new) && key == "$connect" && old.map(isOpen) != true
                ? ["anyone may connect: nobody is asked who they are"] : []
        case "AWS::CloudFront::Distribution":
            return old == nil ? ["anyone on the internet may load the files that it serves"] : []
        case "AWS::S3::Bucket":
            let names = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
            let isOn = { (resource: Resource, name: String) in
                resource.properties["PublicAccessBlockConfiguration"]?[name]?.bool == true
            }
            let lifted = names.filter { name in !isOn(new, name) && old.map { isOn($0, name) } != false }
            return lifted.isEmpty ? [] : ["public access is no longer blocked: \(lifted.joined(separator: ", "))"]
        default:
            return everybody(from: old, to: new)
        }
    }

    /// Policies that let everybody in.
    private static func everybody(from old: Resource?, to new: Resource) -> [String] {
        let before = old.flatMap { Grants($0) }
        let open = (Grants(new)?.allowed ?? []).filter { grant in
            grant.principal == "*" && grant.condition == nil
                && before?.allowed.contains { $0.covers(grant) } != true
        }
        return open.map { "everybody on the internet may do \($0.action)" }.sorted()
    }

    private static func who(_ permission: Resource) -> String {
        permission.properties["Principal"]?.readable ?? "the service"
    }

    private static func isOpen(_ route: Resource) -> Bool {
        (route.properties["AuthorizationType"]?.string ?? "NONE") == "NONE"
    }

    private static func lostProtections(from old: Resource, to new: Resource?) -> [String] {
        let isGone = { (path: [String]) in
            value(old, path)?.bool == true && value(new, path)?.bool != true
        }
        switch old.type {
        case "AWS::Bedrock::Guardrail" where new == nil:
            return ["no guardrail looks at questions and answers any more"]
        case "AWS::DynamoDB::Table":
            // A table that leaves the stack is a loss of data, which is said elsewhere.
            guard let new else { return [] }
            var texts: [String] = []
            if old.deletionPolicy?.hasPrefix("Retain") == true, new.deletionPolicy?.hasPrefix("Retain") != true {
                texts.append("from now on it is deleted with the stack, and its data with it")
            }
            if isGone(["DeletionProtectionEnabled"]) { texts.append("it is no longer protected against deletion") }
            if isGone(["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"]) {
                texts.append("its backups end: what is lost can no longer be brought back")
            }
            if let key = value(old, ["SSESpecification", "KMSMasterKeyId"]),
                value(new, ["SSESpecification", "KMSMasterKeyId"]) == nil
            {
                texts.append("it is no longer encrypted with your key \(key.readable)")
            }
            return texts
        default: return []
        }
    }

    private static func value(_ resource: Resource?, _ path: [String]) -> TemplateValue? {
        guard let resource, let first = path.first else { return nil }
        return path.dropFirst().reduce(resource.properties[first]) { $0?[$1] }
    }
}
