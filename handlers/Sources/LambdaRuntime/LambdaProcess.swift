import AWSCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension LambdaRuntime {
    /// The whole life of a function's process: makes the handler once, then serves events. Does not return: the
    /// process ends with 0 when it is asked to stop between two events, with 1 when the handler cannot be made
    /// (which is reported to Lambda first) or the Runtime API fails.
    /// - Parameter setUp: reads the environment and opens what the handler needs for its life.
    public static func run(_ setUp: (LambdaContext) throws -> Handler) -> Never {
        let environment = ProcessEnvironment.current()
        let clock = SystemClock()
        let level = environment["AWS_LAMBDA_LOG_LEVEL"].flatMap { Logger.Level(name: $0) } ?? .info
        let context = LambdaContext(
            environment: environment,
            clock: clock,
            log: Logger(level: level, clock: clock)
        )
        do {
            try run(context, setUp)
        } catch {
            context.log.log(.fatal, String(describing: error))
            exit(1)
        }
    }

    /// Serves events without any setup.
    public static func run(handler: @escaping Handler) -> Never {
        run { _ in handler }
    }

    private static func run(
        _ context: LambdaContext,
        _ setUp: (LambdaContext) throws -> Handler
    ) throws -> Never {
        guard let api = context.environment["AWS_LAMBDA_RUNTIME_API"] else {
            throw LambdaRuntimeError(detail: "AWS_LAMBDA_RUNTIME_API is not set: this program runs on AWS Lambda")
        }
        let runtime = try LambdaRuntime(
            api: api,
            transport: SocketTransport(certificateAuthorities: nil),
            log: context.log,
            process: .live()
        )
        let handler: Handler
        do {
            handler = try setUp(context)
        } catch {
            try runtime.reportInitializationFailure(error)
            throw error
        }
        try runtime.run(handler: handler)
    }
}

extension LambdaRuntime.ProcessEffects {
    /// SIGTERM is blocked but while waiting for an event, so it cannot fall between a check and the wait.
    public static func live() -> Self {
        var termination = sigset_t()
        sigemptyset(&termination)
        sigaddset(&termination, SIGTERM)
        signal(SIGTERM) { _ in _exit(0) }
        return Self(
            setTraceId: { id in
                if let id {
                    setenv("_X_AMZN_TRACE_ID", id, 1)
                } else {
                    unsetenv("_X_AMZN_TRACE_ID")
                }
            },
            allowTermination: { allowed in
                var set = termination
                sigprocmask(allowed ? SIG_UNBLOCK : SIG_BLOCK, &set, nil)
            }
        )
    }
}
