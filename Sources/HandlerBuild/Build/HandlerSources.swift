import AWSCore

/// The files of the handlers' package that decide what is built.
enum HandlerSources {
    /// Not of the executable: tests, what the package ships as it is, and what is for readers.
    private static let ignored: Set<String> = ["Tests", "lib", "ca.pem", "ca.sh"]
    /// Deep enough for every real package; a cycle of links ends here.
    private static let maximumDepth = 32

    struct Snapshot: Equatable {
        /// Over the relative paths and contents of all files.
        var digest: String
        /// Other packages by path are not part of the digest, so an unchanged digest does not mean no change.
        var dependsOnPaths: Bool
    }

    static func snapshot(of folder: String) throws(BuildError) -> Snapshot {
        var paths: [String] = []
        try collect(folder, "", 0, &paths)
        var listing: [UInt8] = []
        var dependsOnPaths = false
        for path in paths {
            let contents = try Files.read("\(folder)/\(path)")
            listing += path.utf8
            listing.append(0)
            listing += sha256(contents)
            if path.hasPrefix("Package"), path.hasSuffix(".swift"), !path.contains("/") {
                dependsOnPaths = dependsOnPaths || namesLocalPackage(String(decoding: contents, as: UTF8.self))
            }
        }
        return Snapshot(digest: hexEncode(sha256(listing)), dependsOnPaths: dependsOnPaths)
    }

    /// File names in `lib/`: shared libraries that go into the package beside the executable.
    static func libraries(in folder: String) throws(BuildError) -> [String] {
        guard Files.exists("\(folder)/lib") else { return [] }
        return try Files.names(in: "\(folder)/lib").filter { !$0.hasPrefix(".") }
    }

    private static func collect(
        _ folder: String,
        _ prefix: String,
        _ depth: Int,
        _ paths: inout [String]
    ) throws(BuildError) {
        guard depth < maximumDepth else { return }
        for name in try Files.names(in: prefix.isEmpty ? folder : "\(folder)/\(prefix)") {
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            if name.hasPrefix(".") || (prefix.isEmpty && (ignored.contains(name) || name.hasSuffix(".md"))) { continue }
            if Files.isDirectory("\(folder)/\(path)") {
                try collect(folder, path, depth + 1, &paths)
            } else if Files.isRegular("\(folder)/\(path)") {
                paths.append(path)
            }
        }
    }

    /// Whether a manifest has a `.package(… path: …)`.
    private static func namesLocalPackage(_ manifest: String) -> Bool {
        var rest = manifest[...]
        while let call = rest.firstRange(of: ".package(") {
            rest = rest[call.upperBound...]
            let end = rest.firstIndex(of: ")") ?? rest.endIndex
            if rest[..<end].contains("path:") { return true }
        }
        return false
    }
}
