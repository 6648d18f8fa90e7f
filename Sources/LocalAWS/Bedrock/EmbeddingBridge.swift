import AWSClients
import AWSCore

/// A local process with a real embeddings model: `POST {"texts":[…]}` is answered by `{"vectors":[[…],…]}`.
package struct EmbeddingBridge: Sendable {
    /// Names the URL of such a process for `botctl local`.
    package static let variable = "BOTCTL_EMBEDDINGS_URL"

    private let endpoint: Endpoint
    private let path: String

    /// `nil` for what is not an http URL.
    package init?(url: String) {
        let slash = url.dropFirst("http://".count).firstIndex(of: "/")
        guard url.hasPrefix("http://"), let endpoint = Endpoint(url: slash.map { String(url[..<$0]) } ?? url) else {
            return nil
        }
        self.endpoint = endpoint
        path = slash.map { String(url[$0...]) } ?? "/"
    }

    func vectors(of texts: [String]) throws(BedrockFailure) -> [[Float]] {
        let request = HTTPRequest(
            method: "POST",
            endpoint: endpoint,
            path: path,
            headers: ["Content-Type": "application/json"],
            body: JSONValue.object(["texts": .array(texts.map { .string($0) })]).encoded()
        )
        let response = try? CurlTransport().send(request, timeout: .seconds(60))
        guard let response, response.status == 200, let json = try? JSONValue.parse(response.body),
            let lists = json["vectors"]?.arrayValue, lists.count == texts.count
        else {
            throw BedrockFailure(
                status: 424,
                type: "ModelErrorException",
                message: "\(Self.variable): no vectors from \(endpoint.authority)\(path)"
            )
        }
        return lists.map { list in
            (list.arrayValue ?? []).map { number in
                switch number {
                case .double(let value): Float(value)
                case .int(let value): Float(value)
                default: 0
                }
            }
        }
    }
}
