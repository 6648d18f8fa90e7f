import AWSCore
import HandlerBuild
import Planning

/// What is in a package, kept beside it in the bucket, so that a diff can say what changed inside without
/// fetching and unpacking megabytes.
package struct PackageManifest: Sendable, Equatable {
    package static let formatVersion: Int64 = 1

    package struct File: Sendable, Equatable {
        package var name: String
        /// Bytes, uncompressed.
        package var size: Int64
        package var crc32: UInt32
        /// Lower-case hex.
        package var sha256: String

        package init(name: String, size: Int64, crc32: UInt32, sha256: String) {
            self.name = name
            self.size = size
            self.crc32 = crc32
            self.sha256 = sha256
        }
    }

    /// Sorted by name.
    package var files: [File]
    /// `bot.json`, as it is in the package.
    package var configuration: String

    package init(files: [File], configuration: String) {
        self.files = files
        self.configuration = configuration
    }

    init(_ package: HandlerPackage) {
        self.init(
            files: package.entries.map { File(name: $0.name, size: Int64($0.size), crc32: $0.crc32, sha256: $0.sha256) },
            configuration: package.configuration
        )
    }

    /// `nil` for a text that is not a manifest of this version: the diff then says less.
    package init?(json: String) {
        guard let value = try? JSONValue.parse(Array(json.utf8)),
            value["formatVersion"]?.intValue == Self.formatVersion,
            let configuration = value["configuration"]?.stringValue, let files = value["files"]?.arrayValue
        else { return nil }
        self.init(files: [], configuration: configuration)
        for file in files {
            guard let name = file["name"]?.stringValue, let size = file["size"]?.intValue,
                let crc32 = file["crc32"]?.intValue.flatMap({ UInt32(exactly: $0) }),
                let sha256 = file["sha256"]?.stringValue
            else { return nil }
            self.files.append(File(name: name, size: size, crc32: crc32, sha256: sha256))
        }
    }

    /// The same package gives the same text.
    package var json: String {
        let value = JSONValue.object([
            "formatVersion": .int(Self.formatVersion),
            "files": .array(
                files.map {
                    .object([
                        "name": .string($0.name), "size": .int($0.size), "crc32": .int(Int64($0.crc32)),
                        "sha256": .string($0.sha256),
                    ])
                }
            ),
            "configuration": .string(configuration),
        ])
        return String(decoding: value.encoded(), as: UTF8.self) + "\n"
    }

    var contents: PackageContents {
        PackageContents(
            files: files.map { PackageContents.File(name: $0.name, size: Int($0.size), crc32: $0.crc32) },
            configuration: configuration
        )
    }
}
