import AWSClients
import AWSCore
import CloudFormation

/// One deployment that worked, kept in the artifact bucket with its template and its package:
///
///     <bot>/<stage>/history/<time>.json      this record
///     <bot>/<stage>/<sha256>.template.json   the template
///     <bot>/<stage>/<sha256>.zip             the package
package struct DeploymentRecord: Sendable, Equatable {
    static let formatVersion: Int64 = 1

    /// `20261122T211500123Z`: when it was done, to the millisecond, and how it is called.
    package var id: String
    package var author: String
    package var parameters: [String: String]
    package var tags: [String: String]
    /// Lower-case hex, of the template's text.
    package var templateHash: String
    /// Of this deployment, then of the ones before it; empty where nobody measured.
    package var timings: [DeploymentTiming]

    /// The key of the package.
    package var package: String? { parameters[ArtifactParameter.key] }

    init(_ desired: DesiredStack, time: Timestamp, author: RunOwner, timings: [DeploymentTiming] = []) {
        self.init(
            time: time,
            author: author,
            parameters: desired.parameters,
            tags: desired.tags,
            template: desired.text,
            timings: timings
        )
    }

    /// - Parameter author: `nil` where no run of botctl is known to have done it.
    init(
        time: Timestamp,
        author: RunOwner?,
        parameters: [String: String],
        tags: [String: String],
        template: String,
        timings: [DeploymentTiming] = []
    ) {
        let milliseconds = String(time.milliseconds % 1000)
        id = time.iso8601Basic.dropLast() + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds + "Z"
        self.author = author.map { "\($0.name) on \($0.host)" } ?? "somebody"
        self.parameters = parameters
        self.tags = tags
        templateHash = Self.hash(of: template)
        self.timings = Array(timings.prefix(DeploymentTiming.kept))
    }

    static func hash(of template: String) -> String { hexEncode(sha256(Array(template.utf8))) }

    /// Whether this is what a stack is now.
    func isState(of stack: Stack?, _ template: String?) -> Bool {
        parameters == stack?.parameters && template.map(Self.hash) == templateHash
    }

    /// `nil` for a text that is no record of this version.
    init?(json: [UInt8]) {
        guard let value = try? JSONValue.parse(json), value["formatVersion"]?.intValue == Self.formatVersion,
            let id = value["id"]?.stringValue, let author = value["author"]?.stringValue,
            let templateHash = value["templateHash"]?.stringValue,
            let parameters = value["parameters"]?.objectValue, let tags = value["tags"]?.objectValue
        else { return nil }
        self.id = id
        self.author = author
        self.templateHash = templateHash
        self.parameters = parameters.compactMapValues(\.stringValue)
        self.tags = tags.compactMapValues(\.stringValue)
        // Records of earlier versions have none.
        timings = (value["timings"]?.arrayValue ?? []).compactMap(DeploymentTiming.init)
    }

    var json: [UInt8] {
        func object(_ texts: [String: String]) -> JSONValue { .object(texts.mapValues(JSONValue.string)) }
        return JSONValue.object([
            "formatVersion": .int(Self.formatVersion), "id": .string(id), "author": .string(author),
            "templateHash": .string(templateHash), "parameters": object(parameters), "tags": object(tags),
            "timings": .array(timings.map(\.json)),
        ]).encoded()
    }
}

extension ArtifactStore {
    private var historyPrefix: String { "\(prefix)history/" }

    func templateKey(_ hash: String) -> String { "\(prefix)\(hash).template.json" }

    func recordKey(_ id: String) -> String { "\(historyPrefix)\(id).json" }

    func isRecord(_ key: String) -> Bool { key.hasPrefix(historyPrefix) }

    /// The template first: a record always has one.
    func record(_ record: DeploymentRecord, template: String) throws(OperationError) {
        try cloud.attempt("keep the record of the deployment in \(bucket)") { () throws(AWSError) in
            let key = templateKey(record.templateHash)
            if try cloud.s3.headObject(bucket, key) == nil {
                try cloud.s3.putObject(bucket, key, body: Array(template.utf8), contentType: "application/json")
            }
            try cloud.s3.putObject(bucket, recordKey(record.id), body: record.json, contentType: "application/json")
        }
    }

    /// Newest first.
    /// - Parameter limit: at most so many.
    func records(limit: Int = .max) throws(OperationError) -> [DeploymentRecord] {
        try cloud.attempt("read the history in \(bucket)") { () throws(AWSError) in
            let keys = try (cloud.s3.listObjects(bucket, prefix: historyPrefix) ?? []).map(\.key).sorted(by: >)
            var records: [DeploymentRecord] = []
            for key in keys.prefix(limit) {
                if let bytes = try cloud.s3.getObject(bucket, key), let record = DeploymentRecord(json: bytes) {
                    records.append(record)
                }
            }
            return records
        }
    }

    func template(_ record: DeploymentRecord) throws(OperationError) -> String? {
        try cloud.attempt("read a template of the history") { () throws(AWSError) in
            try cloud.s3.getObject(bucket, templateKey(record.templateHash)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
