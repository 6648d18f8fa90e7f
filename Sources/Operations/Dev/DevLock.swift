#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One `botctl dev` to a project. The kernel keeps the lock, so one that was killed holds nothing; the file says who
/// has it (flock(2)).
final class DevLock {
    private let path: String
    private let descriptor: Int32

    /// - Parameter path: in a folder that is there.
    /// - Throws: `alreadyRunning`, which says who is first.
    init(_ path: String, process: Int32) throws(OperationError) {
        var opened: Int32
        while true {
            opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard opened >= 0 else { throw Self.unusable(path) }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                let isTaken = errno == EWOULDBLOCK
                let holder = Self.text(opened)
                close(opened)
                throw isTaken ? Self.taken(holder) : Self.unusable(path)
            }
            // The one before may have removed the file while this one opened it.
            var held = stat()
            var current = stat()
            if fstat(opened, &held) == 0, stat(path, &current) == 0, held.st_ino == current.st_ino { break }
            close(opened)
        }
        self.path = path
        descriptor = opened
        ftruncate(descriptor, 0)
        let text = "\(process)\n"
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    private static func text(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func taken(_ holder: String) -> OperationError {
        let process = Int32(holder.prefix { $0.isNumber })
        return OperationError(
            .alreadyRunning,
            "another `botctl dev` runs in this project" + (process.map { ": process \($0)" } ?? ""),
            fix: "use its page, or stop it with Ctrl-C" + (process.map { " or `kill \($0)`" } ?? "")
        )
    }

    private static func unusable(_ path: String) -> OperationError {
        OperationError(
            .file,
            "\(path) cannot be locked: \(String(cString: strerror(errno)))",
            fix: "check that the folder is yours and can be written"
        )
    }
}
