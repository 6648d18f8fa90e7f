import AWSCore
import BotContract

/// Where frames are posted to connections.
enum ManagementEndpoint {
    /// In this order: the function's own override, the SDKs' variable for the service, a local emulator's
    /// path under the SDKs' general endpoint, AWS. On AWS the API's own host is used, because the event's
    /// `domainName` may be a custom domain, which does not serve `@connections` under the same path.
    static func url(apiId: String, stage: String, region: String, environment: [String: String]) -> String {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let template = value(HandlerEnvironment.managementEndpoint) {
            return template.replacing("{apiId}", with: apiId).replacing("{stage}", with: stage)
        }
        if value("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true" {
            if let service = value("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") { return service }
            if var general = value("AWS_ENDPOINT_URL") {
                while general.hasSuffix("/") { general.removeLast() }
                return "\(general)/_aws/execute-api/\(apiId)/\(stage)"
            }
        }
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return "https://\(apiId).execute-api.\(region).\(suffix)/\(stage)"
    }
}
