#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files of a project that decide what its bot is, as they are on disk: two scans that are equal saw no change.
package struct ProjectScan: Sendable, Equatable {
    /// Of a file: a save changes at least one, whether it writes in place or replaces the file.
    package struct Stamp: Sendable, Equatable {
        package var inode: UInt64
        package var size: Int64
        /// Nanoseconds since 1970.
        package var modified: Int64

        package init(inode: UInt64, size: Int64, modified: Int64) {
            self.inode = inode
            self.size = size
            self.modified = modified
        }
    }

    /// By path.
    package var files: [String: Stamp]
    /// What a watcher has to look at to see all of it change, and what is new in it.
    package var folders: Set<String>

    package init(files: [String: Stamp] = [:], folders: Set<String> = []) {
        self.files = files
        self.folders = folders
    }

    /// Deep enough for every real project; a cycle of links ends here.
    private static let maximumDepth = 24
    /// Of a handlers' package: what is neither compiled into it nor shipped with it.
    private static let notCompiled: Set<String> = ["Tests"]

    /// - Parameter paths: files and folders, absolute; what is not there is watched for.
    package static func live(_ paths: [String]) -> ProjectScan {
        var scan = ProjectScan()
        for path in paths { scan.add(path, depth: 0) }
        return scan
    }

    /// What editors, version control and builds leave beside the files that people mean.
    package static func isDropping(_ name: some StringProtocol) -> Bool {
        name.hasPrefix(".") || name.hasSuffix("~") || name.hasPrefix("#") || name.hasSuffix(".tmp")
            || name.hasSuffix(".swp") || name.hasSuffix(".swx") || name.hasSuffix(".orig")
            // vim tries with this name whether it may write a folder.
            || name == "4913"
    }

    private mutating func add(_ path: String, depth: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            // Its folder tells when it comes.
            if depth == 0 { folders.insert(Self.parent(of: path)) }
            return
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            guard depth < Self.maximumDepth else { return }
            folders.insert(path)
            let names = Self.names(in: path)
            let isPackage = names.contains("Package.swift")
            for name in names where !Self.isDropping(name) && !(isPackage && Self.notCompiled.contains(name)) {
                add("\(path)/\(name)", depth: depth + 1)
            }
        } else if status.st_mode & S_IFMT == S_IFREG {
            if depth == 0 { folders.insert(Self.parent(of: path)) }
            files[path] = Stamp(
                inode: UInt64(status.st_ino),
                size: Int64(status.st_size),
                modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            )
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
                }
            )
        }
        return names
    }
}
