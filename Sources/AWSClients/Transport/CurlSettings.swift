/// How `CurlTransport` reaches servers. Values only: nothing here touches the process's environment.
package struct CurlSettings: Sendable {
    /// PEM file of the certificate authorities to trust; `nil` leaves libcurl's built-in default.
    package var certificateAuthorities: String?
    /// For `http://` servers; `nil` is none.
    package var httpProxy: String?
    /// For `https://` servers; `nil` is none.
    package var httpsProxy: String?
    /// Hosts reached directly, in curl's notation: comma-separated names, `.suffixes`, addresses, or `*`.
    package var noProxy: String?
    /// Name lookup, TCP and TLS together.
    package var connectTimeout: Duration
    /// An exchange that moves less than one byte a second for this long is given up. Longer than any
    /// answer of the APIs used here is waited for, so that it only ends stalled uploads and downloads.
    package var stallTimeout: Duration

    package init(
        certificateAuthorities: String? = nil,
        httpProxy: String? = nil,
        httpsProxy: String? = nil,
        noProxy: String? = nil,
        connectTimeout: Duration = .seconds(5),
        stallTimeout: Duration = .seconds(60)
    ) {
        self.certificateAuthorities = certificateAuthorities
        self.httpProxy = httpProxy
        self.httpsProxy = httpsProxy
        self.noProxy = noProxy
        self.connectTimeout = connectTimeout
        self.stallTimeout = stallTimeout
    }

    /// Where Linux distributions keep their bundle: Debian and Ubuntu, Fedora and Amazon Linux, SUSE, Alpine.
    static let distributionBundles = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// The settings that the environment asks for: `AWS_CA_BUNDLE` and the profile's `ca_bundle` as the AWS
    /// CLI reads them, then `SSL_CERT_FILE` as OpenSSL does; proxies as curl does (upper-case `HTTP_PROXY` is not read, because a
    /// CGI server sets it from a request header).
    package init(environment: [String: String], profileBundle: String? = nil, fileExists: (String) -> Bool) {
        func value(_ names: String...) -> String? {
            for name in names {
                if let value = environment[name], !value.isEmpty { return value }
            }
            return nil
        }
        self.init(
            certificateAuthorities: value("AWS_CA_BUNDLE") ?? profileBundle ?? value("SSL_CERT_FILE")
                ?? Self.distributionBundles.first(where: fileExists),
            httpProxy: value("http_proxy", "all_proxy", "ALL_PROXY"),
            httpsProxy: value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
            noProxy: value("no_proxy", "NO_PROXY")
        )
    }
}
