package import AWSCore

/// What `--model` asks for: `offline`, `openai:URL[#name]` or `bedrock[:region]`.
package enum ModelChoice: Sendable, Equatable {
    case offline
    case openAI(OpenAIServer)
    /// - Parameter region: `nil` for the bot's own.
    case bedrock(region: String?)

    package init(_ text: String) throws(ModelChoiceError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count > 1 ? parts[1] : nil) {
        case ("offline", nil): self = .offline
        case ("bedrock", nil): self = .bedrock(region: nil)
        case ("bedrock", let region?):
            guard Self.isRegion(region) else {
                throw ModelChoiceError("'\(region)' is not a region like us-east-2")
            }
            self = .bedrock(region: region)
        case ("openai", let url?) where !url.isEmpty: self = .openAI(try OpenAIServer(url))
        case ("openai", _):
            throw ModelChoiceError("openai needs the server's URL, as in openai:http://localhost:11434#llama3.3")
        default: throw ModelChoiceError("'\(text)' is none of offline, openai:URL[#name], bedrock[:region]")
        }
    }

    private static func isRegion(_ text: String) -> Bool {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        return words.count >= 3 && words.last?.allSatisfy(\.isWholeNumber) == true
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            && words.allSatisfy { !$0.isEmpty }
    }
}

package struct ModelChoiceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with the text, and what would be right.
    package var description: String
    init(_ description: String) { self.description = description }
}

/// An OpenAI-compatible server (Ollama, llama.cpp, vLLM, …) and the model that it is asked for.
package struct OpenAIServer: Sendable, Equatable {
    /// With the path that the API's own paths are appended to: `…/v1`.
    package var endpoint: Endpoint
    /// `nil` until the server was asked which it has.
    package var model: String?

    package init(endpoint: Endpoint, model: String? = nil) {
        self.endpoint = endpoint
        self.model = model
    }

    /// - Parameter text: `URL[#name]`, the URL with or without `/v1`, a trailing slash or `/chat/completions`.
    init(_ text: String) throws(ModelChoiceError) {
        let hash = text.firstIndex(of: "#")
        let name = hash.map { String(text[text.index(after: $0)...]) }
        if let name, name.isEmpty || name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            throw ModelChoiceError("what follows # is the model's name, as in #llama3.3")
        }
        let url = hash.map { String(text[..<$0]) } ?? text
        guard var endpoint = Endpoint(url: url) else {
            throw ModelChoiceError(
                "'\(Self.withoutPassword(url))' is not a URL like http://localhost:11434 or https://models.example/v1; "
                    + "a key goes into OPENAI_API_KEY"
            )
        }
        let operation = "/chat/completions"
        if endpoint.basePath.hasSuffix(operation) { endpoint.basePath.removeLast(operation.utf8.count) }
        let segments = endpoint.basePath.split(separator: "/")
        // `/v1beta/openai` names its version already.
        if !segments.contains(where: Self.isVersion) { endpoint.basePath += "/v1" }
        self.init(endpoint: endpoint, model: name)
    }

    /// `http://localhost:11434/v1`
    package var url: String { "\(endpoint.scheme.rawValue)://\(endpoint.authority)\(endpoint.basePath)" }

    /// Nobody between here and there can read what is sent.
    package var isPrivate: Bool { endpoint.scheme == .https || isLoopback }

    var isLoopback: Bool {
        endpoint.host == "localhost" || endpoint.host == "::1" || endpoint.host.hasPrefix("127.")
    }

    private static func isVersion(_ segment: Substring) -> Bool {
        segment.first == "v" && segment.dropFirst().first?.isWholeNumber == true
    }

    private static func withoutPassword(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@"), let scheme = url.firstIndex(of: "/") else { return url }
        return url[..<scheme] + "//<REDACTED>" + url[at...]
    }
}
