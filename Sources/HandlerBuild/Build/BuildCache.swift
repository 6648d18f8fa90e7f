import AWSCore
import FoundationEssentials

/// Finished executables of this user, each under the hash of what it was built from, so that a new project with
/// unchanged handlers compiles nothing.
///
///     <folder>/builds/<key>/bootstrap, bootstrap.deflate, build.json
///     <folder>/builds/<key>/checked     the size and time of each when its hash was last checked
///     <folder>/toolchains/<hash of the swift binary's path, size and time>
struct BuildCache {
    let folder: String

    init(environment: [String: String], projectDirectory: String) {
        folder = UserCache.folder(environment: environment, projectDirectory: projectDirectory)
    }

    /// `build.json`: what the two files beside it have to be.
    private struct Metadata: Codable {
        var version: Int
        var architecture: String
        var sha256: String
        var size: Int
        var crc32: UInt32
        var deflatedSHA256: String
    }

    private static let version = 1
    /// A bootstrap and its compressed form take about 25 MB.
    static let maximumBuilds = 8

    /// A build whose files are what they were when it was stored; anything less is removed.
    func build(_ key: String, architecture: LambdaArchitecture) -> BuiltHandlers? {
        let path = "\(folder)/builds/\(key)"
        guard Files.exists("\(path)/build.json") else { return nil }
        guard let json = try? Files.read("\(path)/build.json"),
            let metadata = try? JSONDecoder().decode(Metadata.self, from: Data(json)),
            metadata.version == Self.version, metadata.architecture == architecture.rawValue,
            Files.isExecutable("\(path)/bootstrap"),
            let deflated = try? Files.read("\(path)/bootstrap.deflate"), isIntact(path, deflated, metadata)
        else {
            Files.remove(path)
            return nil
        }
        Files.touch(path)
        return BuiltHandlers(
            executable: "\(path)/bootstrap",
            architecture: architecture,
            sha256: metadata.sha256,
            size: metadata.size,
            buildKey: key,
            skipped: true,
            deflated: deflated,
            crc32: metadata.crc32
        )
    }

    /// Hashing 25 MB takes longer than all else of a build that is kept, so it is done again only when a file is not
    /// the one that was hashed before. A cache that was copied from another machine has new times: hashed once.
    private func isIntact(_ path: String, _ deflated: [UInt8], _ metadata: Metadata) -> Bool {
        let checked = "\(path)/checked"
        let files = ["bootstrap", "bootstrap.deflate", "build.json"].map { "\(path)/\($0)" }
        let stamps = files.map { Files.stamp($0) ?? "" }.joined(separator: "\n")
        if let known = try? Files.read(checked), known == Array(stamps.utf8) { return true }
        guard hexEncode(sha256(deflated)) == metadata.deflatedSHA256,
            let executable = try? Files.read("\(path)/bootstrap"), executable.count == metadata.size,
            hexEncode(sha256(executable)) == metadata.sha256
        else { return false }
        // Where it cannot be written, the next build hashes again.
        try? Files.writeAtomically(Array(stamps.utf8), to: checked)
        return true
    }

    /// Readers see all of a build or nothing of it: it is written beside and renamed.
    func store(
        _ executable: [UInt8],
        key: String,
        architecture: LambdaArchitecture
    ) throws(BuildError) -> BuiltHandlers {
        let builds = "\(folder)/builds"
        let path = "\(builds)/\(key)"
        let temporary = "\(builds)/.\(key).\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(temporary)
        defer { Files.remove(temporary) }
        let deflated = ZipWriter.deflate(executable)
        let metadata = Metadata(
            version: Self.version,
            architecture: architecture.rawValue,
            sha256: hexEncode(sha256(executable)),
            size: executable.count,
            crc32: ZipWriter.checksum(executable),
            deflatedSHA256: hexEncode(sha256(deflated))
        )
        try Files.writeAtomically(executable, to: "\(temporary)/bootstrap", mode: 0o755)
        try Files.writeAtomically(deflated, to: "\(temporary)/bootstrap.deflate")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Strings and integers always encode.
        let json = (try? encoder.encode(metadata)) ?? Data()
        try Files.writeAtomically([UInt8](json), to: "\(temporary)/build.json")
        if !Files.rename(temporary, to: path) {
            Files.remove(path)
            guard Files.rename(temporary, to: path) else {
                throw BuildError(cannot: "write", path, errno: Files.lastError)
            }
        }
        prune(keeping: key)
        return BuiltHandlers(
            executable: "\(path)/bootstrap",
            architecture: architecture,
            sha256: metadata.sha256,
            size: metadata.size,
            buildKey: key,
            skipped: false,
            deflated: deflated,
            crc32: metadata.crc32
        )
    }

    /// The longest unused go first.
    private func prune(keeping key: String) {
        let builds = "\(folder)/builds"
        let names = ((try? Files.names(in: builds)) ?? []).filter { !$0.hasPrefix(".") && $0 != key }
        let newestFirst = names.map { ($0, Files.modified("\(builds)/\($0)")) }.sorted { $0.1 > $1.1 }
        for (name, _) in newestFirst.dropFirst(Self.maximumBuilds - 1) { Files.remove("\(builds)/\(name)") }
    }

    /// What `make` finds out about the program at a path, asked again only when the program changed.
    func identity<Failure: Error>(
        ofProgram path: String,
        _ make: () throws(Failure) -> String
    ) throws(Failure) -> String {
        guard let real = Files.realPath(path), let stamp = Files.stamp(real),
            // swiftly's proxy stays the same when it leads to another toolchain.
            real.split(separator: "/").last != "swiftly"
        else { return try make() }
        let file = "\(folder)/toolchains/\(hexEncode(sha256("\(real)\n\(stamp)")))"
        if let known = try? Files.read(file), !known.isEmpty { return String(decoding: known, as: UTF8.self) }
        let identity = try make()
        // A cache that cannot be written costs time, nothing else.
        try? Files.makeDirectory("\(folder)/toolchains")
        try? Files.writeAtomically(Array(identity.utf8), to: file)
        return identity
    }
}
