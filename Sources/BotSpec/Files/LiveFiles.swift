#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The project's files on this machine. Nothing outside the project's folder is read, by whatever link.
enum LiveFiles {
    /// Folders in folders; deeper ones are not looked into.
    private static let maximumDepth = 16
    private static let maximumFiles = 10_000

    /// - Parameters:
    ///   - isConfined: refuses files that are, links resolved, outside the project's folder.
    ///   - limit: in bytes; a larger file is refused, not cut.
    static func read(
        projectDirectory: String,
        path: String,
        isConfined: Bool,
        limit: Int
    ) throws(SpecFileError) -> [UInt8] {
        let full = join(projectDirectory, path)
        if isConfined { try confine(full, to: projectDirectory) }
        // Opening a FIFO must not wait for a writer.
        let descriptor = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw error(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw error(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_size <= limit else { throw .tooLarge }

        var bytes: [UInt8] = []
        let chunkSize = max(4096, min(Int(status.st_size) + 1, limit + 1))
        while true {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
                var got: Int
                repeat { got = Glibc.read(descriptor, buffer.baseAddress, chunkSize) } while got < 0 && errno == EINTR
                failure = got < 0 ? errno : 0
                count = max(0, got)
            }
            guard failure == 0 else { throw error(failure) }
            guard !chunk.isEmpty else { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw .tooLarge }
        }
    }

    /// The files below a folder, relative to it, sorted; hidden ones and linked folders left out.
    /// - Returns: `nil` if the path is not a folder.
    static func list(projectDirectory: String, path: String) throws(SpecFileError) -> [String]? {
        let full = join(projectDirectory, path)
        try confine(full, to: projectDirectory)
        var status = stat()
        guard stat(full, &status) == 0 else { throw error(errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
        var files: [String] = []
        try collect(full, prefix: "", depth: 1, into: &files)
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func collect(
        _ directory: String,
        prefix: String,
        depth: Int,
        into files: inout [String]
    ) throws(SpecFileError) {
        guard depth <= maximumDepth else { return }
        guard let stream = opendir(directory) else { throw error(errno) }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = join(directory, name)
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try collect(path, prefix: prefix + name + "/", depth: depth + 1, into: &files)
                continue
            }
            guard files.count < maximumFiles else { throw .unreadable("more than \(maximumFiles) files") }
            files.append(prefix + name)
        }
    }

    private static func confine(_ path: String, to directory: String) throws(SpecFileError) {
        let root = try resolved(directory.isEmpty ? "." : directory)
        let place = try resolved(path)
        guard place == root || place.hasPrefix(root == "/" ? "/" : root + "/") else { throw .outsideProject }
    }

    private static func resolved(_ path: String) throws(SpecFileError) -> String {
        guard let pointer = realpath(path, nil) else { throw error(errno) }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private static func join(_ directory: String, _ path: String) -> String {
        if directory.isEmpty || path.hasPrefix("/") { return path }
        return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }

    private static func error(_ number: Int32) -> SpecFileError {
        switch number {
        case ENOENT, ENOTDIR: .notFound
        case EISDIR: .notAFile
        default: .unreadable(String(cString: strerror(number)))
        }
    }
}
