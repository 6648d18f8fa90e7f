#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The files that operations read and write themselves. Paths are absolute.
package struct FileSystem: Sendable {
    /// `nil` when there is no such file.
    package var read: @Sendable (_ path: String) throws(OperationError) -> [UInt8]?
    /// Creates the folders on the way; readers see the old bytes or the new ones, never a part.
    package var write: @Sendable (_ path: String, _ bytes: [UInt8], _ executable: Bool) throws(OperationError) -> Void
    /// Files, folders and dangling links alike.
    package var exists: @Sendable (_ path: String) -> Bool
    package var makeDirectory: @Sendable (_ path: String) throws(OperationError) -> Void

    package init(
        read: @escaping @Sendable (_ path: String) throws(OperationError) -> [UInt8]?,
        write:
            @escaping @Sendable (_ path: String, _ bytes: [UInt8], _ executable: Bool) throws(OperationError) -> Void,
        exists: @escaping @Sendable (_ path: String) -> Bool,
        makeDirectory: @escaping @Sendable (_ path: String) throws(OperationError) -> Void
    ) {
        self.read = read
        self.write = write
        self.exists = exists
        self.makeDirectory = makeDirectory
    }

    package static let live = FileSystem(
        read: { path throws(OperationError) in try readFile(path) },
        write: { path, bytes, executable throws(OperationError) in
            try makeFolders(parent(of: path))
            try writeFile(path, bytes, mode: executable ? 0o755 : 0o644)
        },
        exists: { path in
            var status = stat()
            return lstat(path, &status) == 0
        },
        makeDirectory: { path throws(OperationError) in try makeFolders(path) }
    )

    /// Writes only what differs, so that file times and version control stay quiet.
    /// - Returns: whether the file was written.
    package func writeIfChanged(_ path: String, _ text: String) throws(OperationError) -> Bool {
        let bytes = Array(text.utf8)
        if try read(path) == bytes { return false }
        try write(path, bytes, false)
        return true
    }
}

private func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
}

private func failure(_ verb: String, _ path: String, _ number: Int32) -> OperationError {
    OperationError(
        .file,
        "cannot \(verb) \(path): \(String(cString: strerror(number)))",
        fix: "check that the path is right and that you may \(verb) it"
    )
}

private func readFile(_ path: String) throws(OperationError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw failure("read", path, errno)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var status = stat()
    // Packages are megabytes: room for all of it at once, and a byte more to see the end.
    let room = fstat(descriptor, &status) == 0 ? Int(status.st_size) + 1 : 0
    bytes.reserveCapacity(room)
    var buffer = [UInt8](repeating: 0, count: min(max(room, 65_536), 1 << 20))
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count == 0 { return bytes }
        if count > 0 {
            bytes += buffer[..<count]
        } else if errno != EINTR {
            throw failure("read", path, errno)
        }
    }
}

private func writeFile(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(OperationError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("write", path, errno) }
    var number: Int32 = 0
    bytes.withUnsafeBytes { buffer in
        var done = 0
        while done < buffer.count, number == 0 {
            let count = write(descriptor, buffer.baseAddress! + done, buffer.count - done)
            if count >= 0 { done += count } else if errno != EINTR { number = errno }
        }
    }
    if close(descriptor) != 0, number == 0 { number = errno }
    if number == 0, rename(temporary, path) != 0 { number = errno }
    if number != 0 {
        unlink(temporary)
        throw failure("write", path, number)
    }
}

private func makeFolders(_ path: String) throws(OperationError) {
    if mkdir(path, 0o755) == 0 { return }
    let number = errno
    if number == EEXIST {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        throw failure("create the folder", path, ENOTDIR)
    }
    guard number == ENOENT, path != "/" else { throw failure("create the folder", path, number) }
    try makeFolders(parent(of: path))
    if mkdir(path, 0o755) != 0, errno != EEXIST { throw failure("create the folder", path, errno) }
}
