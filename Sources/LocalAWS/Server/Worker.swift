#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread that is waited for: what blocks in a system call for minutes does not belong on a shared pool.
final class Worker: Sendable {
    private let thread: pthread_t

    /// `nil` when the system has no more threads.
    static func start(_ body: @escaping @Sendable () -> Void) -> Worker? {
        let box = Unmanaged.passRetained(Body(run: body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            box.toOpaque()
        )
        guard result == 0 else {
            box.release()
            return nil
        }
        return Worker(thread)
    }

    private init(_ thread: pthread_t) { self.thread = thread }

    /// Waits for the body to end; to be called once.
    func join() { _ = pthread_join(thread, nil) }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
