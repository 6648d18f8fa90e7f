/// Header fields in the order they were added; names compare without regard to ASCII case (RFC 9110 §5.1).
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [Field]

    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String
    }

    public init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields.map { Field(name: $0.name, value: $0.value) }
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of a field; setting replaces every value of it, `nil` removes it.
    public subscript(name: String) -> String? {
        get { fields.first { asciiCaseInsensitiveEqual($0.name, name) }?.value }
        set {
            let position = fields.firstIndex { asciiCaseInsensitiveEqual($0.name, name) }
            fields.removeAll { asciiCaseInsensitiveEqual($0.name, name) }
            guard let newValue else { return }
            let field = Field(name: name, value: newValue)
            if let position {
                fields.insert(field, at: min(position, fields.count))
            } else {
                fields.append(field)
            }
        }
    }

    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Every value of a field, in order.
    public func values(of name: String) -> [String] {
        fields.filter { asciiCaseInsensitiveEqual($0.name, name) }.map(\.value)
    }
}

func asciiCaseInsensitiveEqual(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8) { lowercasedASCII($0) == lowercasedASCII($1) }
}

func lowercasedASCII(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}

/// Where a service listens: scheme, host, port and a path that every request path is appended to.
public struct Endpoint: Sendable, Hashable {
    public enum Scheme: String, Sendable { case http, https }

    public var scheme: Scheme
    public var host: String
    public var port: Int
    /// Without a trailing slash; empty for the root.
    public var basePath: String

    public init(scheme: Scheme, host: String, port: Int? = nil, basePath: String = "") {
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == .https ? 443 : 80)
        self.basePath = basePath
    }

    /// The `Host` header's value: the port only where it is not the scheme's own (RFC 9110 §7.2).
    public var authority: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == .https ? 443 : 80) ? bracketed : "\(bracketed):\(port)"
    }
}

/// One HTTP request, as bytes on the wire mean it.
public struct HTTPRequest: Sendable, Equatable {
    public var method: String
    public var endpoint: Endpoint
    /// Percent-encoded, beginning with `/`, without the endpoint's base path.
    public var path: String
    /// Decoded pairs; `encodedQuery` is the only place that encodes them.
    public var query: [QueryItem]
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public struct QueryItem: Sendable, Equatable {
        public var name: String
        public var value: String
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(
        method: String,
        endpoint: Endpoint,
        path: String = "/",
        query: [QueryItem] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.endpoint = endpoint
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

public struct HTTPResponseHead: Sendable, Equatable {
    public var status: Int
    public var headers: HTTPHeaders
    public init(status: Int, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }
}

public struct HTTPResponse: Sendable, Equatable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]
    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
