/// An AWS access key; prints without its secrets.
public struct Credentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    public var accessKeyId: String
    public var secretAccessKey: String
    /// `nil` for long-lived keys. An empty string in the environment means none.
    public var sessionToken: String?
    public var expires: Timestamp?

    public init(
        accessKeyId: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expires: Timestamp? = nil
    ) {
        self.accessKeyId = accessKeyId
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
        self.expires = expires
    }

    public var description: String { "Credentials(\(accessKeyId), <REDACTED>)" }
    public var debugDescription: String { description }
}

/// Answers with credentials that are valid now; called before each signature.
public protocol CredentialsProvider: AnyObject {
    func credentials() throws -> Credentials
}
