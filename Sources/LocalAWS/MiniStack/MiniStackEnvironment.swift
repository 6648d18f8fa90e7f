import BotContract

/// The whole environment of a MiniStack server. Functions inherit it, so nothing of the caller's is in it but
/// `PATH`: a variable that is missing here would make them call the real AWS, one too many could leak a secret.
package struct MiniStackEnvironment: Sendable, Equatable {
    package var port: Int
    package var region: String
    package var accountId: String
    /// Where the server and its functions write: home and temporary files.
    package var directory: String
    package var bedrockURL: String
    /// Where functions post to connections: the gateway's, or the server's own.
    package var connectionsURL: String
    package var lambdaConcurrency: Int
    /// Writes everything to `directory` at its end, and reads it at its start.
    package var keepsState = false
    package var path: String

    package var temporaryDirectory: String { "\(directory)/tmp" }
    package var url: String { "http://127.0.0.1:\(port)" }

    package var variables: [String: String] {
        let keeping = keepsState ? ["PERSIST_STATE": "1", "S3_PERSIST": "1"] : [:]
        return keeping.merging([
            "PATH": path,
            "HOME": directory,
            "TMPDIR": temporaryDirectory,
            "PYTHONUNBUFFERED": "1",
            "GATEWAY_PORT": String(port),
            "BIND_HOST": "127.0.0.1",
            "AUTH": "true",
            "MINISTACK_REGION": region,
            "MINISTACK_ACCOUNT_ID": accountId,
            "STATE_DIR": "\(directory)/state",
            "S3_DATA_DIR": "\(directory)/s3",
            "LAMBDA_ACCOUNT_CONCURRENCY": String(lambdaConcurrency),
            "AWS_ENDPOINT_URL": url,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrockURL,
            // The address that API Gateway reports to functions has no port here.
            HandlerEnvironment.managementEndpoint: "\(connectionsURL)/_aws/execute-api/{apiId}/{stage}",
        ]) { $1 }
    }
}
