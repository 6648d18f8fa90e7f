import AWSCore
import BotContract
import FoundationEssentials

/// Reads what a function is from its environment and its package.
struct BotSetup {
    var handler: HandlerName
    var environment: BotEnvironment
    var configuration: BotConfiguration
    /// A PEM file that exists; `nil` for the machine's own authorities.
    var certificateAuthorities: String?
    /// The same for hosts that are not AWS's: the package's authorities are AWS's own.
    var webCertificateAuthorities: String?

    /// Where Amazon Linux, Debian and Alpine keep the public authorities. OpenSSL's own default is the folder of
    /// the machine that it was built on.
    private static let publicAuthorities = [
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
    ]

    /// - Parameter readFile: the file's bytes; `nil` when it cannot be read.
    init(variables: [String: String], readFile: (String) -> [UInt8]?) throws(InitError) {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let name = value(HandlerEnvironment.handler) else {
            throw InitError("the environment variable \(HandlerEnvironment.handler) is not set")
        }
        guard let handler = HandlerName(rawValue: name) else {
            let known = HandlerName.allCases.map(\.rawValue).joined(separator: ", ")
            throw InitError("\(HandlerEnvironment.handler) is '\(name)', which is none of \(known)")
        }
        self.handler = handler
        environment = try BotEnvironment(variables: variables, handler: handler)
        guard let root = value(HandlerEnvironment.packageRoot) ?? value("LAMBDA_TASK_ROOT") else {
            throw InitError("neither \(HandlerEnvironment.packageRoot) nor LAMBDA_TASK_ROOT is set")
        }
        configuration = try Self.configuration(root + "/" + PackageLayout.configuration, readFile)
        let file = value(HandlerEnvironment.certificateAuthorities)
        if let file, readFile(file) == nil {
            throw InitError("\(HandlerEnvironment.certificateAuthorities) names \(file), which cannot be read")
        }
        let packaged = root + "/" + PackageLayout.certificateAuthorities
        certificateAuthorities = file ?? (readFile(packaged) == nil ? nil : packaged)
        let asksIssuer = configuration.auth.mode == .jwt && handler == .authorize
        let asksTools = handler.callsTools && configuration.tools.contains { $0.url != nil }
        if asksIssuer || asksTools {
            webCertificateAuthorities = file ?? Self.publicAuthorities.first { readFile($0) != nil }
        }
    }

    private static func configuration(
        _ path: String,
        _ readFile: (String) -> [UInt8]?
    ) throws(InitError) -> BotConfiguration {
        guard let bytes = readFile(path) else { throw InitError("\(path) cannot be read") }
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw InitError("\(path) is not a JSON object: \(error)")
        }
        guard let version = json["version"]?.intValue else {
            throw InitError("\(path) is not a JSON object with a version")
        }
        guard version == BotConfiguration.currentVersion else {
            throw InitError(
                "\(path) has version \(version), this bootstrap reads \(BotConfiguration.currentVersion): "
                    + "build and deploy both with the same botctl"
            )
        }
        do throws(ConfigurationError) {
            return try BotConfiguration(json)
        } catch {
            throw InitError("\(path) cannot be used: \(error)")
        }
    }
}
