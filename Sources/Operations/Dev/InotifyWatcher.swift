import AWSCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

#if os(Linux)
    /// Linux tells of files that were written, replaced, made and removed (inotify(7)).
    final class InotifyWatcher: FileWatcher {
        private let descriptor: Int32
        private var watched: [String: Int32] = [:]

        /// `nil` where the system has no more of them (`fs.inotify.max_user_instances`).
        init?() {
            descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
            guard descriptor >= 0 else { return nil }
        }

        deinit { close(descriptor) }

        // A file counts when it is closed, not at each write; a rename over it is how most editors save.
        private static let mask = UInt32(
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVE_SELF
        )

        func watch(_ folders: Set<String>) {
            for (folder, number) in watched where !folders.contains(folder) {
                inotify_rm_watch(descriptor, number)
                watched[folder] = nil
            }
            // Again for those that are watched: a folder that was replaced has the same name and is another.
            for folder in folders {
                let number = inotify_add_watch(descriptor, folder, Self.mask)
                watched[folder] = number >= 0 ? number : nil
            }
        }

        func wait(_ timeout: Duration) -> Bool {
            var events = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let (seconds, attoseconds) = timeout.components
            let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
            guard poll(&events, 1, max(0, milliseconds)) > 0 else { return false }
            drain()
            return true
        }

        private func drain() {
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            while read(descriptor, &buffer, buffer.count) > 0 {}
        }
    }
#endif

/// The best that this machine has.
func machineWatcher(clock: any WallClock) -> any FileWatcher {
    #if os(Linux)
        if let watcher = InotifyWatcher() { return watcher }
    #endif
    return PollingWatcher(clock: clock)
}
