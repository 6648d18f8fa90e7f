import Glibc

/// A lock between processes, kept by the kernel: a holder that dies lets go (flock(2)).
final class FileLock {
    private let descriptor: Int32

    /// Waits until the lock is free.
    /// - Parameter onWait: called once, before waiting.
    init(path: String, onWait: () -> Void) throws(BuildError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw BuildError(cannot: "open", path, errno: errno) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
        if errno == EWOULDBLOCK { onWait() }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw BuildError(cannot: "lock", path, errno: errno) }
        }
    }

    deinit { close(descriptor) }
}
