#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A lock between the botctls of a user, kept by the kernel: a holder that dies lets go (flock(2)). Unlike one that is
/// waited for in the kernel, Ctrl-C ends the wait.
struct CacheLock {
    private static let interval = Duration.milliseconds(200)
    private let descriptor: Int32

    /// - Parameter onWait: called once, before waiting.
    init(path: String, _ context: ProjectContext, onWait: () -> Void) throws(OperationError) {
        if let slash = path.lastIndex(of: "/") { try context.effects.files.makeDirectory(String(path[..<slash])) }
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var hasWaited = false
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                defer { close(descriptor) }
                throw Self.failure(path)
            }
            if !hasWaited { onWait() }
            hasWaited = true
            guard !context.effects.isInterrupted() else {
                close(descriptor)
                throw .interrupted
            }
            context.effects.clock.sleep(Self.interval)
        }
    }

    func release() { close(descriptor) }

    private static func failure(_ path: String) -> OperationError {
        OperationError(
            .file,
            "cannot lock \(path): \(String(cString: strerror(errno)))",
            fix: "check that you may write there"
        )
    }
}
