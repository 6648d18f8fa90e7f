package import AWSClients
package import BotSpec
package import CloudFormation
package import Diagnostics

/// Why CloudFormation's work failed: the first resource that failed by itself, in its own words.
package enum RootCause {
    /// - Parameter events: oldest first.
    package static func find(in events: [StackEvent]) -> StackEvent? {
        let failures = events.filter { $0.isFailure && !$0.isOfStack }
        return failures.first { !isConsequence($0.statusReason ?? "") } ?? failures.first
            ?? events.first { $0.isFailure && $0.isOfStack }
    }

    /// What CloudFormation says of resources that it stopped because another one had failed.
    static func isConsequence(_ reason: String) -> Bool {
        ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"]
            .contains { reason.contains($0) }
    }

    /// The failure in the resource's own words, and what they mean where that is known.
    package static func details(of event: StackEvent) -> [String] {
        let reason = event.statusReason ?? event.status
        let known = KnownCause.find(reason: reason, type: event.resourceType)
        return ["\(event.logicalId) (\(event.resourceType)): \(reason)"] + (known.map { [$0.sentence] } ?? [])
    }

    /// What in the spec made the resource, with the resource's words as the message.
    package static func diagnostic(
        for event: StackEvent,
        template: Template,
        sourceMap: SpecSourceMap
    ) -> Diagnostic? {
        let reason = event.statusReason ?? event.status
        let known = KnownCause.find(reason: reason, type: event.resourceType)
        let written = known?.specPath.flatMap { sourceMap.contains($0) ? $0 : nil }
        guard let path = written ?? specPath(of: event.logicalId, in: template, reason: reason),
            let range = sourceMap.keyRange(of: path)
        else { return nil }
        return Diagnostic(
            code: known?.code ?? code,
            message: "AWS refused \(event.logicalId) (\(event.resourceType)): \(reason)",
            range: range,
            fix: known?.wayOut ?? "change `\(path)`, or what it names in the account, then deploy again"
        )
    }

    /// Of findings that only AWS can make.
    package static let code = "BOT900"

    /// The key of the spec that a resource comes from; `nil` where none is closer than the spec itself.
    package static func specPath(of logicalId: String, in template: Template, reason: String) -> String? {
        switch logicalId {
        case "Table": return "table"
        case "Guardrail", "GuardrailVersion": return "guardrail"
        case "Dashboard": return "observability.dashboard"
        case "AccessLogs": return "observability.accessLogs"
        case "Authorizer": return "auth"
        case "Stage": return reason.contains("CloudWatch Logs role") ? "observability.accessLogs" : "throttling"
        case let id where id.hasPrefix("Alarm"): return "alarms"
        default: break
        }
        for suffix in ["Function", "Role", "LogGroup", "Permission", "Integration", "Route"]
        where logicalId.hasSuffix(suffix) {
            let prefix = logicalId.dropLast(suffix.count)
            if prefix == "Authorize" { return "authorizer" }
            guard case .string(let key)? = template.resource("\(prefix)Route")?.properties["RouteKey"] else { continue }
            let route = "routes.\(key)"
            guard suffix == "Function", reason.lowercased().contains("concurren") else { return route }
            return key == "sendMessage" ? "limits.concurrency" : "\(route).concurrency"
        }
        return nil
    }
}
