import CloudFormation

/// What a change makes dearer: new things that cost while nobody chats, and more of what is paid by use. Prices are
/// those of us-east-1, for a sense of the size; free tiers are named, not subtracted.
enum Cost {
    /// US dollars.
    private enum Price {
        /// A standard-resolution alarm and a dashboard, a month (https://aws.amazon.com/cloudwatch/pricing/).
        static let alarm = 0.10
        static let dashboard = 3.0
        /// A unit of provisioned capacity for an hour (https://aws.amazon.com/dynamodb/pricing/provisioned/).
        static let readUnitHour = 0.00013
        static let writeUnitHour = 0.00065
        static let hoursPerMonth = 730.0
    }

    static func reasons(from old: Resource?, to new: Resource) -> [Change.Reason] {
        texts(old, new).map { .init(.cost, $0) }
    }

    /// A setting of `bot.json`.
    static func reason(_ setting: PropertyChange) -> Change.Reason? {
        guard let before = setting.before else { return nil }
        let grew = (Double(setting.after ?? "") ?? 0) > (Double(before) ?? .infinity)
        switch setting.path {
        case "model.id": return .init(.cost, "answers are charged at another model's price")
        case "model.maxTokens" where grew: return .init(.cost, "an answer may be longer, and cost that much more")
        case "limits.tokensPerUserPerDay" where grew || setting.after == "0":
            return .init(.cost, "one user may spend more tokens a day")
        default: return nil
        }
    }

    private static func texts(_ old: Resource?, _ new: Resource) -> [String] {
        switch new.type {
        case "AWS::CloudWatch::Alarm":
            return old == nil ? ["an alarm costs \(dollars(Price.alarm)) a month (ten are free)"] : []
        case "AWS::CloudWatch::Dashboard":
            return old == nil ? ["a dashboard costs \(dollars(Price.dashboard)) a month (three are free)"] : []
        case "AWS::CloudFront::Distribution":
            return old == nil
                ? ["CloudFront is paid by the gigabyte and request (a terabyte and ten million a month are free)"] : []
        case "AWS::Bedrock::Guardrail":
            return old == nil ? ["every question and answer is charged by the guardrail's text units"] : []
        case "AWS::DynamoDB::Table": return table(old, new)
        case "AWS::Lambda::Function": return function(old, new)
        case "AWS::Logs::LogGroup":
            guard let old else { return [] }
            let days = { (resource: Resource) in resource.properties["RetentionInDays"]?.number ?? .infinity }
            return days(new) > days(old) ? ["logs are kept longer: storage is paid by the gigabyte"] : []
        case "AWS::ApiGatewayV2::Stage":
            guard let old, old.properties["AccessLogSettings"] == nil, new.properties["AccessLogSettings"] != nil
            else { return [] }
            return ["every message writes a line to the access log, paid by the gigabyte"]
        default: return []
        }
    }

    private static func table(_ old: Resource?, _ new: Resource) -> [String] {
        var texts: [String] = []
        let before = old.map(capacity) ?? (read: 0, write: 0)
        let after = capacity(new)
        if after.read > before.read || after.write > before.write {
            let monthly =
                Price.hoursPerMonth * (after.read * Price.readUnitHour + after.write * Price.writeUnitHour)
            texts.append(
                "provisioned capacity costs \(dollars(monthly)) a month, used or not (25 units of each are free)"
            )
        }
        let recovers = { (resource: Resource) in
            resource.properties["PointInTimeRecoverySpecification"]?["PointInTimeRecoveryEnabled"]?.bool == true
        }
        if let old, !recovers(old), recovers(new) {
            texts.append("point-in-time recovery is paid by the gigabyte stored")
        }
        return texts
    }

    private static func capacity(_ table: Resource) -> (read: Double, write: Double) {
        let throughput = table.properties["ProvisionedThroughput"]
        return (throughput?["ReadCapacityUnits"]?.number ?? 0, throughput?["WriteCapacityUnits"]?.number ?? 0)
    }

    private static func function(_ old: Resource?, _ new: Resource) -> [String] {
        guard let old else { return [] }
        var texts: [String] = []
        /// What Lambda gives a function that does not say.
        let memory = { (resource: Resource) in resource.properties["MemorySize"]?.number ?? 128 }
        if memory(new) > memory(old) {
            texts.append("a second of it costs \(times(memory(new) / memory(old))) as much")
        }
        let architecture = { (resource: Resource) in resource.properties["Architectures"]?.list?.first?.string }
        if architecture(old) == "arm64", architecture(new) == "x86_64" {
            texts.append("a second on x86_64 costs a quarter more than on arm64")
        }
        let traces = { (resource: Resource) in resource.properties["TracingConfig"]?["Mode"]?.string == "Active" }
        if !traces(old), traces(new) { texts.append("traces are paid by the million (100,000 a month are free)") }
        return texts
    }

    private static func dollars(_ amount: Double) -> String {
        let cents = Int((amount * 100).rounded())
        let rest = cents % 100
        return "$\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func times(_ factor: Double) -> String {
        let tenths = Int((factor * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) times" : "\(tenths / 10).\(tenths % 10) times"
    }
}

extension TemplateValue {
    fileprivate var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
