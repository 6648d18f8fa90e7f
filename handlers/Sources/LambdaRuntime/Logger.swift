public import AWSCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes one JSON object a line, in the fields that Lambda's JSON logging filters by
/// (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html). Belongs to one thread.
public final class Logger {
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        case trace, debug, info, warn, error, fatal

        public var name: String {
            switch self {
            case .trace: "TRACE"
            case .debug: "DEBUG"
            case .info: "INFO"
            case .warn: "WARN"
            case .error: "ERROR"
            case .fatal: "FATAL"
            }
        }

        /// `AWS_LAMBDA_LOG_LEVEL`'s value, in any case; `nil` when it is none.
        public init?(name: String) {
            let upper = name.uppercased()
            guard let level = Self.allCases.first(where: { $0.name == upper }) else { return nil }
            self = level
        }

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public let level: Level
    /// In every line while an invocation is served.
    public var requestId: String?
    private let clock: any WallClock
    private let write: ([UInt8]) -> Void

    /// - Parameter write: takes a whole line, with its newline.
    public init(
        level: Level,
        clock: any WallClock,
        write: @escaping ([UInt8]) -> Void = Logger.writeToStandardOutput
    ) {
        self.level = level
        self.clock = clock
        self.write = write
    }

    /// - Parameter fields: beside the logger's own `timestamp`, `level`, `message` and `requestId`, which win.
    public func log(_ level: Level, _ message: String, _ fields: [String: JSONValue] = [:]) {
        guard level >= self.level else { return }
        var line = fields
        line["timestamp"] = .string(clock.now().rfc3339)
        line["level"] = .string(level.name)
        line["message"] = .string(message)
        if let requestId { line["requestId"] = .string(requestId) }
        write(JSONValue.object(line).encoded() + [0x0A])
    }

    public func debug(_ message: String, _ fields: [String: JSONValue] = [:]) { log(.debug, message, fields) }
    public func info(_ message: String, _ fields: [String: JSONValue] = [:]) { log(.info, message, fields) }
    public func warn(_ message: String, _ fields: [String: JSONValue] = [:]) { log(.warn, message, fields) }
    public func error(_ message: String, _ fields: [String: JSONValue] = [:]) { log(.error, message, fields) }

    /// One `write` a line, so that lines of several writers do not mix; repeated only for what a full pipe left.
    public static func writeToStandardOutput(_ line: [UInt8]) {
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                    Glibc.write(STDOUT_FILENO, buffer.baseAddress.map { $0 + sent }, line.count - sent)
                #else
                    Musl.write(STDOUT_FILENO, buffer.baseAddress.map { $0 + sent }, line.count - sent)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }
}
