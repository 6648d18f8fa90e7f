package import AWSCore

/// What HeadObject tells.
package struct ObjectHead: Sendable, Equatable {
    /// In bytes.
    package var size: Int64
    package var etag: String
    /// Base64 of the SHA-256, where the object was stored with one.
    package var sha256: String?
    package var contentType: String?
    package var versionId: String?
    /// Without the `x-amz-meta-` prefix, names in lower case.
    package var metadata: [String: String]

    init(_ headers: HTTPHeaders) {
        size = headers["Content-Length"].flatMap { Int64($0) } ?? 0
        etag = unquoted(headers["ETag"])
        sha256 = headers["x-amz-checksum-sha256"]
        contentType = headers["Content-Type"]
        versionId = headers["x-amz-version-id"]
        metadata = [:]
        let prefix = "x-amz-meta-"
        for field in headers.fields {
            let name = field.name.lowercased()
            if name.hasPrefix(prefix) { metadata[String(name.dropFirst(prefix.count))] = field.value }
        }
    }
}

/// What PutObject tells.
package struct StoredObject: Sendable, Equatable {
    package var etag: String
    /// `nil` in a bucket without versions.
    package var versionId: String?
}

/// A line of ListObjectsV2.
package struct ObjectSummary: Sendable, Equatable {
    package var key: String
    /// In bytes.
    package var size: Int64
    package var etag: String
    package var lastModified: Timestamp?

    init(_ element: XMLElement) {
        key = urlDecoded(element.string("Key"))
        size = element.string("Size").flatMap { Int64($0) } ?? 0
        etag = unquoted(element.string("ETag"))
        lastModified = element.time("LastModified")
    }
}

/// A line of ListObjectVersions.
package struct ObjectVersion: Sendable, Equatable {
    package var key: String
    package var versionId: String
    package var isLatest: Bool
    package var isDeleteMarker: Bool
    package var lastModified: Timestamp?

    /// `nil` for the answer's other elements.
    init?(_ element: XMLElement) {
        guard element.name == "Version" || element.name == "DeleteMarker" else { return nil }
        key = urlDecoded(element.string("Key"))
        versionId = element.string("VersionId") ?? "null"
        isLatest = element.bool("IsLatest") ?? false
        isDeleteMarker = element.name == "DeleteMarker"
        lastModified = element.time("LastModified")
    }
}

func unquoted(_ etag: String?) -> String {
    guard let etag else { return "" }
    guard etag.count >= 2, etag.hasPrefix("\""), etag.hasSuffix("\"") else { return etag }
    return String(etag.dropFirst().dropLast())
}

/// A key of an answer with `encoding-type=url`, which is how keys that XML cannot carry arrive; S3 writes a
/// space as `+`.
func urlDecoded(_ key: String?) -> String {
    guard let key else { return "" }
    return percentDecode(String(key.map { $0 == "+" ? " " : $0 })) ?? key
}
