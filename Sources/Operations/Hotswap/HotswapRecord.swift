import AWSClients
package import AWSCore

/// What the functions run that their stack does not know of, kept where the stage's packages are:
///
///     <bot>/<stage>/hotswap/record.json    this record; written before the first function changes
///     <bot>/<stage>/hotswap/<sha256>.zip   the package
///
/// It counts as long as the stack's package is the one that the functions left: after that, CloudFormation has given
/// them other code itself.
package struct HotswapRecord: Sendable, Equatable {
    static let formatVersion: Int64 = 1

    package struct Package: Sendable, Equatable {
        package var key: String
        /// `nil` in a bucket without versions.
        var version: String?
    }

    package var package: Package
    /// JSON: what is in the package.
    var manifest: String
    /// The stack's package at the time.
    var over: String
    package var time: Timestamp
    var owner: RunOwner?
    /// Of earlier hotswaps, not deleted yet.
    var superseded: [Package]
    /// Every function has taken the code; otherwise a run was stopped, or is at it.
    package var isFinished: Bool

    package var author: String { owner.map { "\($0.name) on \($0.host)" } ?? "somebody" }

    /// Whether the functions of a stack run this instead of the stack's own package.
    func isAhead(of stack: Stack) -> Bool { stack.parameters[ArtifactParameter.key] == over }

    /// `nil` for a text that is no record of this version.
    init?(json: [UInt8]) {
        guard let value = try? JSONValue.parse(json), value["formatVersion"]?.intValue == Self.formatVersion,
            let package = value["package"].flatMap(Package.init), let over = value["over"]?.stringValue,
            let time = value["time"]?.intValue, let isFinished = value["finished"]?.boolValue
        else { return nil }
        self.init(
            package: package,
            manifest: value["manifest"]?.stringValue ?? "",
            over: over,
            time: Timestamp(milliseconds: time),
            owner: value["owner"]?.stringValue.flatMap(RunOwner.init),
            superseded: value["superseded"]?.arrayValue?.compactMap(Package.init) ?? [],
            isFinished: isFinished
        )
    }

    init(
        package: Package,
        manifest: String,
        over: String,
        time: Timestamp,
        owner: RunOwner?,
        superseded: [Package] = [],
        isFinished: Bool = false
    ) {
        self.package = package
        self.manifest = manifest
        self.over = over
        self.time = time
        self.owner = owner
        self.superseded = superseded
        self.isFinished = isFinished
    }

    var json: [UInt8] {
        var fields: [String: JSONValue] = [
            "formatVersion": .int(Self.formatVersion), "package": package.json, "manifest": .string(manifest),
            "over": .string(over), "time": .int(time.milliseconds), "finished": .bool(isFinished),
            "superseded": .array(superseded.map(\.json)),
        ]
        fields["owner"] = owner.map { .string($0.description) }
        return JSONValue.object(fields).encoded()
    }
}

extension HotswapRecord.Package {
    fileprivate init?(_ value: JSONValue) {
        guard let key = value["key"]?.stringValue else { return nil }
        self.init(key: key, version: value["version"]?.stringValue)
    }

    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = ["key": .string(key)]
        fields["version"] = version.map(JSONValue.string)
        return .object(fields)
    }
}

extension ArtifactStore {
    private var hotswapPrefix: String { "\(prefix)hotswap/" }

    var hotswapRecordKey: String { "\(hotswapPrefix)record.json" }

    /// The last one, whether it still counts or not.
    func hotswap() throws(OperationError) -> HotswapRecord? {
        try cloud.attempt("look for a hotswap in \(bucket)") { () throws(AWSError) in
            try cloud.s3.getObject(bucket, hotswapRecordKey).flatMap(HotswapRecord.init(json:))
        }
    }

    /// The one that the functions of a stack run.
    func hotswap(aheadOf stack: Stack) throws(OperationError) -> HotswapRecord? {
        guard let record = try hotswap(), record.isAhead(of: stack) else { return nil }
        return record
    }

    func keep(_ record: HotswapRecord) throws(OperationError) {
        try cloud.attempt("write down the hotswap in \(bucket)") { () throws(AWSError) in
            _ = try cloud.s3.putObject(bucket, hotswapRecordKey, body: record.json, contentType: "application/json")
        }
    }

    /// Apart from the packages of deployments, so that it can go without asking who needs it.
    func uploadHotswap(_ package: BuiltPackage) throws(OperationError) -> HotswapRecord.Package {
        let key = "\(hotswapPrefix)\(package.sha256).zip"
        let stored = try cloud.attempt("upload the package to \(bucket)") { () throws(AWSError) in
            try cloud.s3.putObject(bucket, key, body: package.zip, contentType: "application/zip")
        }
        return HotswapRecord.Package(key: key, version: stored.versionId)
    }

    /// Lambda keeps its own copy of what it runs.
    func delete(_ packages: [HotswapRecord.Package]) throws(OperationError) {
        try cloud.attempt("delete a package in \(bucket)") { () throws(AWSError) in
            for package in packages {
                if let version = package.version {
                    try cloud.s3.deleteObjectVersion(bucket, package.key, versionId: version)
                } else {
                    try cloud.s3.deleteObject(bucket, package.key)
                }
            }
        }
    }

    /// The record last: what it names is not forgotten before it is gone.
    func forget(_ record: HotswapRecord) throws(OperationError) {
        try delete(record.superseded + [record.package])
        try cloud.attempt("forget the hotswap in \(bucket)") { () throws(AWSError) in
            try cloud.s3.deleteObject(bucket, hotswapRecordKey)
        }
    }
}
