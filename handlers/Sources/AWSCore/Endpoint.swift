extension Endpoint {
    /// Parses `http://` or `https://`, a host (a name, an IPv4 address, an IPv6 address in brackets), a port
    /// and a path. Refuses what an endpoint cannot have (user information, a query, a fragment) and every
    /// character that a URL must have escaped.
    public init?(url: String) {
        let scheme: Scheme
        let rest: Substring
        if let separator = url.range(ofFirst: "://") {
            guard let known = Scheme(rawValue: url[..<separator.lowerBound].lowercased()) else { return nil }
            scheme = known
            rest = url[separator.upperBound...]
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        var path = String(rest[authority.endIndex...])
        guard path.utf8.allSatisfy(Self.isPathByte) else { return nil }
        while path.hasSuffix("/") { path.removeLast() }

        let host: Substring
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<close]
            guard host.contains(":"), host.utf8.allSatisfy({ hexValue($0) != nil || $0 == 0x3A || $0 == 0x2E }) else {
                return nil
            }
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { return nil }
            portText = host.endIndex == authority.endIndex ? nil : authority[host.endIndex...].dropFirst()
        }
        var port: Int?
        if let portText {
            guard portText.utf8.count <= 5, portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let number = Int(portText), (1...65535).contains(number)
            else { return nil }
            port = number
        }
        self.init(scheme: scheme, host: host.lowercased(), port: port, basePath: path)
    }

    /// Where an AWS service listens in a region, unless the environment names another place, as the AWS SDKs
    /// read it (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html):
    /// `AWS_ENDPOINT_URL_<SERVICE>`, then `AWS_ENDPOINT_URL`, neither when
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`.
    ///
    /// A configured URL that is not one becomes the host itself, so that the call fails and names it instead
    /// of reaching the real service.
    /// - Parameter service: the endpoint prefix: `dynamodb`, `bedrock-runtime`, `s3`, `logs`, …
    public static func aws(service: String, region: String, environment: [String: String] = [:]) -> Endpoint {
        if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" {
            let specific = environment["AWS_ENDPOINT_URL_" + endpointVariableSuffix(service)]
            let general = environment["AWS_ENDPOINT_URL"]
            for url in [specific, general] {
                guard let url, !url.isEmpty else { continue }
                return Endpoint(url: url) ?? Endpoint(scheme: .https, host: url)
            }
        }
        return Endpoint(scheme: .https, host: "\(service).\(region).\(dnsSuffix(ofRegion: region))")
    }

    /// The service id of the SDKs in upper case, which is not always the endpoint prefix.
    static func endpointVariableSuffix(_ service: String) -> String {
        switch service {
        case "logs": "CLOUDWATCH_LOGS"
        case "monitoring": "CLOUDWATCH"
        case "apigateway": "APIGATEWAYV2"
        case "execute-api": "APIGATEWAYMANAGEMENTAPI"
        case "events": "EVENTBRIDGE"
        case "email": "SESV2"
        default: String(service.uppercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
        }
    }

    /// The partitions of botocore's `partitions.json`.
    static func dnsSuffix(ofRegion region: String) -> String {
        let partitions = [
            ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-isob-", "sc2s.sgov.gov"),
            ("us-isof-", "csp.hci.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk"), ("us-iso-", "c2s.ic.gov"),
        ]
        return partitions.first { region.hasPrefix($0.0) }?.1 ?? "amazonaws.com"
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x24...0x3B, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }
}

extension String {
    fileprivate func range(ofFirst needle: String) -> Range<String.Index>? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(needle) {
                return position..<index(position, offsetBy: needle.count)
            }
            position = index(after: position)
        }
        return nil
    }
}
