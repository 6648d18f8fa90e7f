import AWSCore
import BotContract
import LambdaRuntime

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The bot on Lambda: one executable, whose function's environment says which handler it is.
public enum Bot {
    /// Serves events until Lambda ends the process. What is wrong with the environment or the package is
    /// reported to Lambda as the function's initialization error.
    public static func main() -> Never {
        LambdaRuntime.run { lambda in
            let setup = try BotSetup(variables: lambda.environment, readFile: contents(of:))
            let context = BotContext(
                configuration: setup.configuration,
                environment: setup.environment,
                aws: AWSClient(
                    transport: SocketTransport(certificateAuthorities: setup.certificateAuthorities),
                    credentials: EnvironmentCredentials(environment: lambda.environment),
                    clock: lambda.clock,
                    log: { attempt in
                        guard let code = attempt.errorCode, attempt.retryAfter != nil else { return }
                        lambda.log.warn("\(attempt.operation) is tried again", ["error": .string(code)])
                    }
                ),
                web: SocketTransport(certificateAuthorities: setup.webCertificateAuthorities),
                clock: lambda.clock,
                randomBytes: { count in
                    // The kernel's generator (getrandom).
                    var generator = SystemRandomNumberGenerator()
                    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                },
                log: { line in
                    var fields = line.objectValue ?? [:]
                    let message = fields.removeValue(forKey: "message")?.stringValue ?? ""
                    let level = fields.removeValue(forKey: "level")?.stringValue.flatMap { Logger.Level(name: $0) }
                    lambda.log.log(level ?? .info, message, fields)
                }
            )
            let function = try BotFunction(setup.handler, context)
            return { invocation in
                try function.serve(
                    invocation.payload,
                    requestId: invocation.requestId,
                    deadline: invocation.deadline
                )
            }
        }
    }
}

/// `nil` for a file that cannot be read.
private func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    // The size, and one more: a file that has grown since is told from one that ends here.
    var bytes = [UInt8]()
    var failed = false
    repeat {
        let wanted = max(Int(status.st_size) + 1, 4096)
        let part = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            var result = read(descriptor, buffer.baseAddress, wanted)
            while result < 0, errno == EINTR { result = read(descriptor, buffer.baseAddress, wanted) }
            failed = result < 0
            count = max(result, 0)
        }
        if failed { return nil }
        if part.isEmpty { return bytes }
        if bytes.isEmpty { bytes = part } else { bytes += part }
    } while true
}
