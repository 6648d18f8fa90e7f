import AWSClients
import AWSCore
import BotSpec
import Synthesis

/// The packages of one bot and stage in the account's artifact bucket, named by their content:
///
///     <bot>/<stage>/<sha256>.zip             the package
///     <bot>/<stage>/<sha256>.manifest.json   what is in it; written first, so that a zip always has one
struct ArtifactStore {
    let cloud: Cloud
    let bucket: String
    let prefix: String

    init(_ cloud: Cloud, account: String, bot: String, stage: String) {
        let bucket = BootstrapStack.bucketName(account: account, region: cloud.session.region)
        self.init(cloud, bucket: bucket, bot: bot, stage: stage)
    }

    init(_ cloud: Cloud, bucket: String, bot: String, stage: String) {
        self.cloud = cloud
        self.bucket = bucket
        prefix = "\(bot)/\(stage)/"
    }

    func key(of package: BuiltPackage) -> String { "\(prefix)\(package.sha256).zip" }

    func contains(_ key: String) throws(OperationError) -> Bool {
        try cloud.attempt("look for the package in \(bucket)") { () throws(AWSError) in
            try cloud.s3.headObject(bucket, key) != nil
        }
    }

    func bucketExists() throws(OperationError) -> Bool {
        try cloud.attempt("look at the bucket \(bucket)") { () throws(AWSError) in
            try cloud.s3.headBucket(bucket) != nil
        }
    }

    /// When this returns, the manifest is there and the package on its way.
    func beginUpload(_ package: BuiltPackage) throws(OperationError) -> PendingUpload {
        let key = key(of: package)
        let call = try cloud.attempt(PendingUpload.doing(bucket)) { () throws(AWSError) in
            try cloud.s3.putObject(
                bucket,
                Self.manifestKey(for: key),
                body: Array(package.manifest.utf8),
                contentType: "application/json"
            )
            return try cloud.s3.beginPutObject(bucket, key, body: package.zip, contentType: "application/zip")
        }
        return PendingUpload(cloud: cloud, bucket: bucket, call: call)
    }

    /// A template that is too large for a request.
    /// - Returns: its URL for CloudFormation.
    func upload(template: String) throws(OperationError) -> String {
        let key = templateKey(hexEncode(sha256(Array(template.utf8))))
        try cloud.attempt("upload the template to \(bucket)") { () throws(AWSError) in
            _ = try cloud.s3.putObject(bucket, key, body: Array(template.utf8), contentType: "application/json")
        }
        let region = cloud.session.region
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return "https://\(bucket).s3.\(region).\(suffix)/\(key)"
    }

    /// `nil` where the package has none: it was deployed by other means.
    func manifest(forKey key: String, in bucket: String) throws(OperationError) -> String? {
        try cloud.attempt("read what is in the deployed package") { () throws(AWSError) in
            try cloud.s3.getObject(bucket, Self.manifestKey(for: key)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Removes every version of everything of this bot and stage.
    /// - Returns: how many objects there were.
    func removeAll() throws(OperationError) -> Int {
        try cloud.attempt("delete the packages in \(bucket)") { () throws(AWSError) in
            let versions = try cloud.s3.listObjectVersions(bucket, prefix: prefix) ?? []
            for version in versions {
                try cloud.s3.deleteObjectVersion(bucket, version.key, versionId: version.versionId)
            }
            return Set(versions.filter { !$0.isDeleteMarker }.map(\.key)).count
        }
    }

    static func manifestKey(for key: String) -> String {
        (key.hasSuffix(".zip") ? String(key.dropLast(4)) : key) + ".manifest.json"
    }
}

/// A package on its way to the bucket; what is called meanwhile takes no longer.
struct PendingUpload {
    let cloud: Cloud
    let bucket: String
    let call: PendingAWSCall

    func finish() throws(OperationError) {
        try cloud.attempt(Self.doing(bucket)) { () throws(AWSError) in _ = try call.response() }
    }

    /// Does nothing where it has arrived.
    func cancel() { call.cancel() }

    fileprivate static func doing(_ bucket: String) -> String { "upload the package to \(bucket)" }
}
