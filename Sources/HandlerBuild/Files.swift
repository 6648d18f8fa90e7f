import Glibc

/// The file operations that a build needs, with errors that name the file.
enum Files {
    struct Failure: Error, Equatable {
        var path: String
        var errno: Int32
        var operation: String

        var message: String { "cannot \(operation) \(path): \(String(cString: strerror(errno)))" }
    }

    static func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0 && status(path).map { $0.st_mode & S_IFMT == S_IFREG } == true
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Follows links; `nil` when there is nothing.
    static func status(_ path: String) -> stat? {
        var value = stat()
        return stat(path, &value) == 0 ? value : nil
    }

    /// Without links and `..`; `nil` when there is nothing.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno, operation: "read") }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw Failure(path: path, errno: errno, operation: "read") }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw Failure(path: path, errno: EISDIR, operation: "read")
        }
        let size = Int(info.st_size)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
                if got > 0 {
                    count += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if failure != 0 { throw Failure(path: path, errno: failure, operation: "read") }
        return bytes
    }

    /// Readers see the old bytes or the new, never a part: written beside, then renamed.
    static func writeAtomically(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(Failure) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno, operation: "write") }
        var done = 0
        var failure: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let put = write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if put >= 0 {
                    done += put
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if failure == 0, fchmod(descriptor, mode) != 0 { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, rename(temporary, path) != 0 { failure = errno }
        if failure != 0 {
            unlink(temporary)
            throw Failure(path: path, errno: failure, operation: "write")
        }
    }

    static func makeDirectory(_ path: String) throws(Failure) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw Failure(path: path, errno: errno, operation: "create")
        }
        try makeDirectory(String(path[..<slash]))
        if mkdir(path, 0o755) != 0, errno != EEXIST {
            throw Failure(path: path, errno: errno, operation: "create")
        }
    }

    /// Names in a folder, sorted by their bytes so that every machine agrees.
    static func names(in directory: String) throws(Failure) -> [String] {
        guard let stream = opendir(directory) else {
            throw Failure(path: directory, errno: errno, operation: "list")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }
}
