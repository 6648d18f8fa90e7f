import Glibc

/// The file operations that a build needs, with errors that name the file.
enum Files {
    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 && isRegular(path) }

    static func isRegular(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } == true }

    static func isDirectory(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } == true }

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

    static func read(_ path: String) throws(BuildError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BuildError(cannot: "read", path, errno: errno) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw BuildError(cannot: "read", path, errno: errno) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw BuildError(cannot: "read", path, errno: EISDIR)
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
        if failure != 0 { throw BuildError(cannot: "read", path, errno: failure) }
        return bytes
    }

    /// Readers see the old bytes or the new, never a part: written beside, then renamed.
    static func writeAtomically(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(BuildError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw BuildError(cannot: "write", path, errno: errno) }
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
        if failure == 0, Glibc.rename(temporary, path) != 0 { failure = errno }
        if failure != 0 {
            unlink(temporary)
            throw BuildError(cannot: "write", path, errno: failure)
        }
    }

    static func makeDirectory(_ path: String) throws(BuildError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw BuildError(cannot: "create", path, errno: errno)
        }
        try makeDirectory(String(path[..<slash]))
        if mkdir(path, 0o755) != 0, errno != EEXIST {
            throw BuildError(cannot: "create", path, errno: errno)
        }
    }

    /// Names in a folder, sorted by their bytes so that every machine agrees.
    static func names(in directory: String) throws(BuildError) -> [String] {
        guard let stream = opendir(directory) else {
            throw BuildError(cannot: "list", directory, errno: errno)
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

extension Files {
    /// Removes a file or a folder with all in it; what is gone already is no failure.
    static func remove(_ path: String) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        if info.st_mode & S_IFMT == S_IFDIR {
            for name in (try? names(in: path)) ?? [] { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// - Returns: whether it took place; `false` also when the new name is a folder with something in it.
    static func rename(_ old: String, to new: String) -> Bool { Glibc.rename(old, new) == 0 }
}

extension Files {
    static var lastError: Int32 { errno }

    /// Sets the time of last change to now.
    static func touch(_ path: String) { utimes(path, nil) }

    /// Nanoseconds since 1970; 0 for what is not there.
    static func modified(_ path: String) -> Int64 {
        status(path).map { Int64($0.st_mtim.tv_sec) * 1_000_000_000 + Int64($0.st_mtim.tv_nsec) } ?? 0
    }

    /// Changes whenever a file is replaced or written to.
    static func stamp(_ path: String) -> String? {
        status(path).map { "\($0.st_size) \($0.st_mtim.tv_sec).\($0.st_mtim.tv_nsec)" }
    }
}

extension BuildError {
    /// - Parameter verb: `read`, `write`, …
    init(cannot verb: String, _ path: String, errno: Int32) {
        self.init(
            .file,
            "cannot \(verb) \(path): \(String(cString: strerror(errno)))",
            fix: "make the path readable and writable for you, then run again"
        )
    }
}
