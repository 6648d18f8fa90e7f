/// Credentials that were known at the start and never change.
public final class StaticCredentials: CredentialsProvider {
    private let value: Credentials

    public init(_ credentials: Credentials) {
        value = credentials
    }

    public convenience init(accessKeyId: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.init(
            Credentials(
                accessKeyId: accessKeyId,
                secretAccessKey: secretAccessKey,
                sessionToken: sessionToken
            )
        )
    }

    public func credentials() -> Credentials { value }
}

/// The credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, which Lambda
/// sets once for the life of an execution environment.
public final class EnvironmentCredentials: CredentialsProvider {
    private let environment: [String: String]

    public init(environment: [String: String]) {
        self.environment = environment
    }

    /// - Throws: `AWSError` with the code `credentials.missing`, naming the variable that is unset or empty.
    public func credentials() throws -> Credentials {
        Credentials(
            accessKeyId: try value("AWS_ACCESS_KEY_ID"),
            secretAccessKey: try value("AWS_SECRET_ACCESS_KEY"),
            sessionToken: environment["AWS_SESSION_TOKEN"]
        )
    }

    private func value(_ name: String) throws(AWSError) -> String {
        guard let value = environment[name], !value.isEmpty else {
            throw AWSError(
                code: "credentials.missing",
                message: "\(name) is not set",
                status: 0,
                operation: "credentials"
            )
        }
        return value
    }
}
