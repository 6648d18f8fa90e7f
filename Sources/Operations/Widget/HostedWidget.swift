import AWSClients
import AWSCore
import CloudFormation
import Synthesis
import Web

/// The widget's file in the bucket that a stack has for it (`widget: { host: true }`).
struct HostedWidget {
    let cloud: Cloud
    let host: any OperationHost
    let bucket: String

    /// CloudFront and browsers ask again so often, so that a deployment needs no invalidation.
    static let cacheControl = "public, max-age=300"

    /// `nil` where the stack hosts none.
    init?(_ stack: Stack, _ cloud: Cloud, _ host: any OperationHost) {
        guard let bucket = stack.outputs[StackOutputs.widgetBucket.text] else { return nil }
        (self.cloud, self.host, self.bucket) = (cloud, host, bucket)
    }

    /// Puts this botctl's widget there, unless it is there already.
    func publish() throws(OperationError) {
        let file = try WidgetFile.current()
        let body = Array(file.contents.utf8)
        let isThere = try cloud.attempt("look for the widget in \(bucket)") { () throws(AWSError) in
            try cloud.s3.headObject(bucket, WidgetFile.name)?.sha256 == base64Encode(sha256(body))
        }
        guard !isThere else { return }
        host.notify(.uploading(bucket: bucket, key: WidgetFile.name, bytes: body.count))
        _ = try cloud.attempt("upload the widget to \(bucket)") { () throws(AWSError) in
            try cloud.s3.putObject(
                bucket,
                WidgetFile.name,
                body: body,
                contentType: "text/javascript; charset=utf-8",
                cacheControl: Self.cacheControl
            )
        }
    }

    /// A bucket with something in it cannot be deleted.
    func remove() throws(OperationError) {
        try cloud.attempt("empty the widget's bucket \(bucket)") { () throws(AWSError) in
            for version in try cloud.s3.listObjectVersions(bucket) ?? [] {
                try cloud.s3.deleteObjectVersion(bucket, version.key, versionId: version.versionId)
            }
        }
        host.notify(.removed(kind: "widget", name: "s3://\(bucket)/\(WidgetFile.name)"))
    }
}

extension WidgetFile {
    /// As this botctl has it.
    static func current() throws(OperationError) -> WidgetFile {
        do {
            return try WidgetFile(version: BotctlVersion.text)
        } catch {
            throw OperationError(.build, "the widget cannot be put together: \(error)", fix: "build botctl anew")
        }
    }
}

extension Template {
    var hostsWidget: Bool { outputs[StackOutputs.widgetBucket.text] != nil }
}
