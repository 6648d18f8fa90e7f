import AWSCore
import TestSupport
import Testing

/// 2,000 requests made from a seed, signed here and by botocore.
struct SigV4OracleTests {
    private struct Case {
        var request: HTTPRequest
        var credentials: Credentials
        var region: String
        var service: String
        var date: Timestamp

        var json: JSONValue {
            var value: JSONValue = [
                "time": .int(date.seconds), "accessKeyId": .string(credentials.accessKeyId),
                "secretAccessKey": .string(credentials.secretAccessKey), "service": .string(service),
                "region": .string(region), "method": .string(request.method), "url": .string(request.url),
                "body": .string(base64Encode(request.body)),
                "headers": .array(request.headers.fields.map { [.string($0.name), .string($0.value)] }),
            ]
            if case .object(var members) = value, let token = credentials.sessionToken {
                members["sessionToken"] = .string(token)
                value = .object(members)
            }
            return value
        }
    }

    @Test func botocoreSignsTwoThousandRandomRequestsTheSame() throws {
        var generator = SeededGenerator(seed: 20_150_830)
        let cases = (0..<2000).map { _ in Self.makeCase(&generator) }
        let answers = try Python.run("Tests/AWSCoreTests/sigv4_oracle.py", lines: cases.map(\.json))
        let keys = SigningKeyCache()
        var features: Set<String> = []
        for (number, (one, answer)) in zip(cases, answers).enumerated() {
            let signed = SigV4.sign(
                one.request,
                credentials: one.credentials,
                region: one.region,
                service: one.service,
                date: one.date,
                keys: keys
            )
            let hash = signed.headers["X-Amz-Content-SHA256"] ?? hexEncode(sha256(signed.body))
            let canonical = SigV4.canonicalRequest(signed, service: one.service, payloadHash: hash)
            try #require(canonical.text == answer["canonicalRequest"]?.stringValue, "case \(number)")
            try #require(signed.headers["Authorization"] == answer["authorization"]?.stringValue, "case \(number)")
            #expect(signed.headers["X-Amz-Date"] == answer["date"]?.stringValue)
            #expect(signed.headers["X-Amz-Security-Token"] == answer["token"]?.stringValue)
            #expect(signed.headers["X-Amz-Content-SHA256"] == answer["contentHash"]?.stringValue)
            features.formUnion(Self.features(one))
        }
        #expect(
            features == [
                "s3", "not s3", "token", "no token", "unicode path", "repeated key", "empty value", "dots", "port",
                "repeated header", "body",
            ],
            "the generator must reach every feature"
        )
    }

    private static func makeCase(_ generator: inout SeededGenerator) -> Case {
        let isS3 = generator.chance(30)
        let service = isS3 ? "s3" : generator.pick(["dynamodb", "execute-api", "bedrock", "iam", "sts", "lambda"])
        let unicode = "abcXYZ019-._~ é漢字🙂ß$&+,:;=?@#%\"'<>[]{}|\\^`()*!"
        var segments: [String] = []
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: segments.append(".")
            case 1: segments.append("..")
            case 2: segments.append("")
            case 3: segments.append(generator.text("ab:@;=+$!*'(),", 1...6))
            default: segments.append(percentEncode(generator.text(unicode, 1...8)))
            }
        }
        let names = ["a", "A", "b", "max-keys", "prefix", "ключ", "a b", "a-b", "a.b", "~", "list-type"]
        let query = (0..<generator.pick([0, 0, 1, 2, 5, 8])).map { _ in
            HTTPRequest.QueryItem(
                generator.pick(names),
                generator.chance(25) ? "" : generator.text(unicode + "/\t\n", 0...10)
            )
        }
        var headers = HTTPHeaders()
        let headerNames = [
            "Content-Type", "X-Amz-Target", "X-Custom", "x-custom", "Accept", "User-Agent", "Connection",
            "x-amz-meta-é", "X-Amzn-Trace-Id", "Range", "If-Match", "TE", "Expect",
        ]
        for _ in 0..<generator.pick([0, 1, 2, 4, 6]) {
            let name = generator.pick(headerNames)
            if name != "X-Custom", name != "x-custom", headers[name] != nil { continue }
            headers.add(name == "x-amz-meta-é" ? "x-amz-meta-e" : name, generator.text("abc  \t,;=\"é漢/1", 0...16))
        }
        if !isS3, generator.chance(10) { headers.add("X-Amz-Content-SHA256", SigV4.unsignedPayload) }
        let endpoint = Endpoint(
            scheme: generator.chance(70) ? .https : .http,
            host: generator.pick(["bucket.s3.us-east-2.amazonaws.com", "example.com", "127.0.0.1", "::1"]),
            port: generator.chance(30) ? generator.pick([80, 443, 4566, 8443]) : nil,
            basePath: generator.chance(20) ? "/_aws/execute-api/abc/dev" : ""
        )
        return Case(
            request: HTTPRequest(
                method: generator.pick(["GET", "POST", "PUT", "DELETE", "HEAD"]),
                endpoint: endpoint,
                path: "/" + segments.joined(separator: "/"),
                query: query,
                headers: headers,
                body: generator.chance(50) ? [] : generator.bytes(Int.random(in: 1...300, using: &generator))
            ),
            credentials: Credentials(
                accessKeyId: generator.text("ABCDEFGHIJKLMNOP234567", 20...20),
                secretAccessKey: generator.text("abcXYZ019+/", 1...90),
                sessionToken: generator.chance(40) ? generator.text("abcXYZ019+/=", 1...400) : nil
            ),
            region: generator.pick(["us-east-1", "us-east-2", "eu-central-1", "cn-north-1"]),
            service: service,
            date: Timestamp(seconds: Int64.random(in: 946_684_800...4_102_444_800, using: &generator))
        )
    }

    private static func features(_ one: Case) -> Set<String> {
        var features: Set<String> = [one.service == "s3" ? "s3" : "not s3"]
        features.insert(one.credentials.sessionToken == nil ? "no token" : "token")
        if one.request.path.contains("%E6") { features.insert("unicode path") }
        if one.request.path.contains("/../") { features.insert("dots") }
        if Set(one.request.query.map(\.name)).count < one.request.query.count { features.insert("repeated key") }
        if one.request.query.contains(where: { $0.value.isEmpty }) { features.insert("empty value") }
        if one.request.endpoint.authority.hasSuffix(":4566") { features.insert("port") }
        if one.request.headers.values(of: "x-custom").count > 1 { features.insert("repeated header") }
        if !one.request.body.isEmpty { features.insert("body") }
        return features
    }
}
