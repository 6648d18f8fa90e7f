package import AWSCore

/// Amazon S3 on one bucket at a time. Buckets are addressed as virtual hosts on AWS and in the path where
/// the endpoint is configured (an emulator has no wildcard name) or the bucket's name has a dot (the
/// wildcard certificate does not cover it).
package struct S3Client {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// - Returns: the bucket's region where S3 tells it (empty where not); `nil` where there is no such bucket.
    ///   A bucket of another account is an error with `accessProblem` `.denied`.
    package func headBucket(_ bucket: String) throws(AWSError) -> String? {
        try absentAsNil { () throws(AWSError) in
            try send("HEAD", bucket, nil, operation: "HeadBucket").headers["x-amz-bucket-region"] ?? ""
        }
    }

    /// - Returns: `nil` where there is no such object; without permission to list the bucket S3 answers
    ///   "denied" instead, which is an error.
    package func headObject(_ bucket: String, _ key: String) throws(AWSError) -> ObjectHead? {
        try absentAsNil { () throws(AWSError) in
            let headers = ["x-amz-checksum-mode": "ENABLED"] as HTTPHeaders
            return ObjectHead(try send("HEAD", bucket, key, headers: headers, operation: "HeadObject").headers)
        }
    }

    /// Stores an object; S3 refuses it if what arrives does not have the SHA-256 of `body`.
    /// - Parameter metadata: user metadata, ASCII, without the `x-amz-meta-` prefix.
    @discardableResult
    package func putObject(
        _ bucket: String,
        _ key: String,
        body: [UInt8],
        contentType: String = "application/octet-stream",
        metadata: [String: String] = [:],
        timeout: Duration = .seconds(300)
    ) throws(AWSError) -> StoredObject {
        let call = try beginPutObject(
            bucket,
            key,
            body: body,
            contentType: contentType,
            metadata: metadata,
            timeout: timeout
        )
        let answer = try call.response()
        return StoredObject(etag: unquoted(answer.headers["ETag"]), versionId: answer.headers["x-amz-version-id"])
    }

    /// As `putObject`; other calls can be made while it is under way.
    package func beginPutObject(
        _ bucket: String,
        _ key: String,
        body: [UInt8],
        contentType: String = "application/octet-stream",
        metadata: [String: String] = [:],
        timeout: Duration = .seconds(300)
    ) throws(AWSError) -> PendingAWSCall {
        var headers: HTTPHeaders = [
            "Content-Type": contentType,
            "x-amz-checksum-sha256": base64Encode(sha256(body)),
        ]
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            headers.add("x-amz-meta-\(name)", value)
        }
        let (endpoint, path) = address(bucket, key)
        let request = HTTPRequest(method: "PUT", endpoint: endpoint, path: path, headers: headers, body: body)
        return try session.begin(request, service: "s3", operation: "s3.PutObject", timeout: timeout)
    }

    /// - Returns: `nil` where there is no such object.
    package func getObject(
        _ bucket: String,
        _ key: String,
        versionId: String? = nil,
        timeout: Duration = .seconds(300)
    ) throws(AWSError) -> [UInt8]? {
        try absentAsNil { () throws(AWSError) in
            try send(
                "GET",
                bucket,
                key,
                query: versionQuery(versionId),
                operation: "GetObject",
                timeout: timeout
            ).body
        }
    }

    /// In a versioned bucket this only adds a delete marker.
    package func deleteObject(_ bucket: String, _ key: String) throws(AWSError) {
        _ = try absentAsNil { () throws(AWSError) in try send("DELETE", bucket, key, operation: "DeleteObject") }
    }

    /// Removes one version, or a delete marker, for good.
    package func deleteObjectVersion(_ bucket: String, _ key: String, versionId: String) throws(AWSError) {
        _ = try absentAsNil { () throws(AWSError) in
            try send("DELETE", bucket, key, query: versionQuery(versionId), operation: "DeleteObject")
        }
    }

    /// Every object whose key begins with `prefix`, in S3's order; `nil` where there is no such bucket.
    package func listObjects(_ bucket: String, prefix: String = "") throws(AWSError) -> [ObjectSummary]? {
        try absentAsNil { () throws(AWSError) in
            var objects: [ObjectSummary] = []
            var token: String?
            repeat {
                var query: [HTTPRequest.QueryItem] = [.init("list-type", "2"), .init("encoding-type", "url")]
                if let token { query.append(.init("continuation-token", token)) }
                query.append(.init("prefix", prefix))
                let page = try xml(bucket, query, operation: "ListObjectsV2")
                objects += page.all("Contents").map(ObjectSummary.init)
                let next = page.bool("IsTruncated") == true ? page.string("NextContinuationToken") : nil
                token = try nextPage(next, after: token, operation: "s3.ListObjectsV2")
            } while token != nil
            return objects
        }
    }

    /// Every version and delete marker under `prefix`; `nil` where there is no such bucket.
    package func listObjectVersions(_ bucket: String, prefix: String = "") throws(AWSError) -> [ObjectVersion]? {
        try absentAsNil { () throws(AWSError) in
            var versions: [ObjectVersion] = []
            var marker: (key: String, version: String)?
            while true {
                var query: [HTTPRequest.QueryItem] = [.init("versions", ""), .init("encoding-type", "url")]
                if let marker {
                    query.append(.init("key-marker", marker.key))
                    if !marker.version.isEmpty { query.append(.init("version-id-marker", marker.version)) }
                }
                query.append(.init("prefix", prefix))
                let page = try xml(bucket, query, operation: "ListObjectVersions")
                versions += page.children.compactMap(ObjectVersion.init)
                guard page.bool("IsTruncated") == true, let key = page.string("NextKeyMarker") else { return versions }
                let next = (key: urlDecoded(key), version: page.string("NextVersionIdMarker") ?? "")
                _ = try nextPage(
                    "\(next.key)\n\(next.version)",
                    after: marker.map { "\($0.key)\n\($0.version)" },
                    operation: "s3.ListObjectVersions"
                )
                marker = next
            }
        }
    }

    // MARK: Addressing

    /// The endpoint and path of an object, or of the bucket itself.
    func address(_ bucket: String, _ key: String?) -> (endpoint: Endpoint, path: String) {
        var endpoint = session.endpoint("s3")
        let keyPath = key.map { "/" + percentEncode($0, allowSlash: true) } ?? ""
        if session.isEndpointConfigured("s3") || bucket.contains(".") {
            return (endpoint, "/" + percentEncode(bucket) + keyPath)
        }
        endpoint.host = "\(bucket).\(endpoint.host)"
        return (endpoint, keyPath.isEmpty ? "/" : keyPath)
    }

    private func send(
        _ method: String,
        _ bucket: String,
        _ key: String?,
        query: [HTTPRequest.QueryItem] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        operation: String,
        timeout: Duration = .seconds(30)
    ) throws(AWSError) -> HTTPResponse {
        let (endpoint, path) = address(bucket, key)
        let request = HTTPRequest(
            method: method,
            endpoint: endpoint,
            path: path,
            query: query,
            headers: headers,
            body: body
        )
        return try session.send(request, service: "s3", operation: "s3.\(operation)", timeout: timeout)
    }

    private func xml(
        _ bucket: String,
        _ query: [HTTPRequest.QueryItem],
        operation: String
    ) throws(AWSError) -> XMLElement {
        let response = try send("GET", bucket, nil, query: query, operation: operation)
        return try session.parseXML(response, operation: "s3.\(operation)")
    }

    private func versionQuery(_ versionId: String?) -> [HTTPRequest.QueryItem] {
        versionId.map { [.init("versionId", $0)] } ?? []
    }
}
