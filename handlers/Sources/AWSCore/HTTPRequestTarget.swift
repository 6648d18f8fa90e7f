extension HTTPRequest {
    /// The query in the order it was given, every byte but the unreserved ones escaped; empty values keep
    /// their `=`.
    public var encodedQuery: String {
        var text = ""
        for item in query {
            if !text.isEmpty { text += "&" }
            percentEncode(item.name, allowSlash: false, into: &text)
            text += "="
            percentEncode(item.value, allowSlash: false, into: &text)
        }
        return text
    }

    /// The path with the endpoint's base path before it.
    public var fullPath: String {
        endpoint.basePath + (path.hasPrefix("/") ? path : "/" + path)
    }

    /// The request line's target (RFC 9112 §3.2.1).
    public var target: String {
        query.isEmpty ? fullPath : "\(fullPath)?\(encodedQuery)"
    }

    public var url: String {
        "\(endpoint.scheme.rawValue)://\(endpoint.authority)\(target)"
    }
}
