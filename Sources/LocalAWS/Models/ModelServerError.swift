import AWSCore

/// What a model's server says went wrong, in any of the shapes in use: OpenAI's and Ollama's
/// `{"error":{"message":…}}`, llama.cpp's with a `code` in it, vLLM's older `{"object":"error","message":…}`,
/// `{"error":"…"}`, and the `{"detail":…}` of FastAPI.
struct ModelServerError: Equatable {
    /// One line of at most 300 characters; `nil` where there is none.
    var message: String?

    init(_ json: JSONValue?) {
        let error = json?["error"]
        let text =
            error?["message"]?.stringValue ?? error?.stringValue ?? json?["message"]?.stringValue
            ?? json?["detail"]?.stringValue ?? json?["detail"]?[0]?["msg"]?.stringValue
        let line = (text ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
        message = line.isEmpty ? nil : line.count > 300 ? line.prefix(300) + "…" : line
    }
}
