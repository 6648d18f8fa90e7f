package import AWSCore

/// What `GET /models` says that a server has
/// (https://platform.openai.com/docs/api-reference/models/list).
package struct OpenAIModels: Sendable, Equatable {
    package var names: [String]
    /// llama.cpp's server has one model, and takes every name for it.
    package var takesEveryName: Bool

    /// - Throws: what kept the server from saying so; for a server without the list, an empty one is returned.
    package static func ask(
        _ server: OpenAIServer,
        key: APIKey?,
        transport: any HTTPTransport,
        timeout: Duration = .seconds(10)
    ) throws(BedrockFailure) -> OpenAIModels {
        let failures = OpenAIFailures(server: server)
        let response: HTTPResponse
        do throws(TransportError) {
            response = try transport.send(server.request("GET", "/models", key: key), timeout: timeout)
        } catch {
            throw failures.failure(error, hasBegun: false)
        }
        if response.status == 404 || response.status == 405 { return OpenAIModels(names: [], takesEveryName: false) }
        guard response.status == 200 else { throw failures.failure(status: response.status, body: response.body) }
        guard let list = (try? JSONValue.parse(response.body))?["data"]?.arrayValue else {
            throw .modelError("\(server.url)/models is no list of models: check the URL of --model")
        }
        return OpenAIModels(
            names: list.compactMap { $0["id"]?.stringValue },
            takesEveryName: list.contains { $0["owned_by"]?.stringValue == "llamacpp" }
        )
    }

    /// Ollama adds `:latest` to a name without a tag.
    package func contains(_ name: String) -> Bool {
        takesEveryName || names.contains(name) || names.contains("\(name):latest")
    }
}
