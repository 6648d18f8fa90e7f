import AWSCore

/// Requests to hosts that are not AWS's.
enum WebRequest {
    /// - Returns: `nil` for what is not an https URL.
    static func make(_ method: String, _ url: String) -> HTTPRequest? {
        let address = url.prefix { $0 != "#" }
        let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let location = parts.first, let found = Endpoint(url: String(location)), found.scheme == .https else {
            return nil
        }
        // A path with a trailing slash is another one, so it is kept as it was written.
        let path = location.dropFirst("https://".count).drop { $0 != "/" }
        var query: [HTTPRequest.QueryItem] = []
        for pair in parts.count == 2 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecode(String(sides[0])),
                let value = percentDecode(sides.count == 2 ? String(sides[1]) : "")
            else { return nil }
            query.append(HTTPRequest.QueryItem(name, value))
        }
        return HTTPRequest(
            method: method,
            endpoint: Endpoint(scheme: .https, host: found.host, port: found.port),
            path: path.isEmpty ? "/" : String(path),
            query: query,
            headers: ["Accept": "application/json", "User-Agent": "botctl"]
        )
    }
}
