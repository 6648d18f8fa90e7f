import Glibc

/// Files with secrets: mode 0600 from the first byte on, in folders that only the owner enters.
enum PrivateFile {
    struct Failed: Error, CustomStringConvertible {
        var description: String

        init(_ call: String, _ path: String) {
            description = "\(call) \(path): \(String(cString: strerror(errno)))"
        }
    }

    /// Readers see the old bytes or the new ones, never a part.
    static func write(_ path: String, _ bytes: [UInt8]) throws {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try makeFolders(folder)
        var template = Array("\(path).XXXXXX".utf8CString)
        // mkstemp makes the file with mode 0600.
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Failed("create a file beside", path) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            try fill(descriptor, bytes, temporary)
            guard rename(temporary, path) == 0 else { throw Failed("replace", path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func fill(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws {
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count >= 0 { done += count } else if errno != EINTR { throw Failed("write", path) }
            }
        }
        // The name must not survive a crash without the bytes.
        guard fsync(descriptor) == 0 else { throw Failed("write", path) }
    }

    private static func makeFolders(_ path: String) throws {
        if path.isEmpty || access(path, F_OK) == 0 { return }
        if let slash = path.lastIndex(of: "/") { try makeFolders(String(path[..<slash])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failed("create the folder", path) }
    }
}
