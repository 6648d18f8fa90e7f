import AWSCore

/// Failures of an OpenAI-compatible server as Bedrock's: what the bot may retry, and what somebody has to repair.
struct OpenAIFailures {
    let server: OpenAIServer

    /// An answer of another status than 200.
    func failure(status: Int, body: [UInt8]) -> BedrockFailure {
        let said = ModelServerError(try? JSONValue.parse(body)).message
        let detail = said.map { ": \($0)" } ?? ""
        switch status {
        // The same status for a path that is not there: "File Not Found", "Not Found", a page.
        case 404 where said?.lowercased().contains("model") != true:
            return BedrockFailure(
                status: 404,
                type: "ResourceNotFoundException",
                message: "\(server.url)/chat/completions is not there (404): check the URL of --model"
            )
        case 404:
            let name = server.model ?? ""
            return BedrockFailure(
                status: 404,
                type: "ResourceNotFoundException",
                message: "\(server.url) has no model '\(name)'\(detail). With Ollama: ollama pull \(name)"
            )
        case 401, 403:
            return BedrockFailure(
                status: 403,
                type: "AccessDeniedException",
                message: "\(server.url) refused the key (\(status))\(detail): set OPENAI_API_KEY to one that it knows"
            )
        case 429:
            return BedrockFailure(
                status: 429,
                type: "ThrottlingException",
                message: "\(server.url) has too many requests\(detail)"
            )
        case 408, 504:
            return BedrockFailure(
                status: 408,
                type: "ModelTimeoutException",
                message: "\(server.url) gave up on the request (\(status))\(detail)"
            )
        case 503:
            // llama.cpp, while it loads the model.
            return BedrockFailure(
                status: 503,
                type: "ServiceUnavailableException",
                message: "\(server.url) is not ready (503)\(detail)"
            )
        case 400, 413, 415, 422: return .validation("\(server.url) refused the request (\(status))\(detail)")
        default: return .modelError("\(server.url) answered \(status)\(detail)")
        }
    }

    /// No whole answer came.
    /// - Parameter hasBegun: some of it did.
    func failure(_ error: TransportError, hasBegun: Bool) -> BedrockFailure {
        switch error.kind {
        case .cancelled: return .modelError("The request was given up.")
        case .timeout:
            return BedrockFailure(
                status: 408,
                type: "ModelTimeoutException",
                message: "\(server.url) took too long to answer"
            )
        case .resolve, .connect, .tls:
            let start = server.isLoopback ? ". Start the model's server, as in: ollama serve" : ""
            return BedrockFailure(
                status: 503,
                type: "ServiceUnavailableException",
                message: "nothing answers at \(server.url) (\(error.detail))\(start)"
            )
        case .reset, .truncated, .malformed:
            return .modelError(
                hasBegun
                    ? "\(server.url) broke off in the middle of its answer (\(error.detail))"
                    : "\(server.url) broke the connection (\(error.detail))"
            )
        }
    }
}
