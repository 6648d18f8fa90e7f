/// One message of `application/vnd.amazon.eventstream`
/// (https://smithy.io/2.0/aws/amazon-eventstream.html): a Converse delta, for example.
public struct EventStreamMessage: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
        case bool(Bool)
        case byte(Int8)
        case short(Int16)
        case integer(Int32)
        case long(Int64)
        case bytes([UInt8])
        case string(String)
        case timestamp(Timestamp)
        /// 16 bytes.
        case uuid([UInt8])
    }

    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: Value
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    public var headers: [Header]
    public var payload: [UInt8]

    public init(headers: [Header], payload: [UInt8]) {
        self.headers = headers
        self.payload = payload
    }

    public subscript(name: String) -> Value? {
        headers.first { $0.name == name }?.value
    }

    private func string(_ name: String) -> String? {
        if case .string(let value) = self[name] { return value }
        return nil
    }

    /// `event`, `exception` or `error`.
    public var messageType: String? { string(":message-type") }
    /// `contentBlockDelta`, …; of a `messageType` of `event`.
    public var eventType: String? { string(":event-type") }
    /// `throttlingException`, …; of a `messageType` of `exception`.
    public var exceptionType: String? { string(":exception-type") }
    public var errorCode: String? { string(":error-code") }
    public var errorMessage: String? { string(":error-message") }

    /// The error that an exception or error message reports, inside an answer of status 200; `nil` for an
    /// event. The code of a modelled exception is its shape's name, which begins in upper case.
    public func error(operation: String) -> AWSError? {
        switch messageType {
        case "exception":
            let document = try? JSONValue.parse(payload)
            let name = exceptionType ?? "UnknownException"
            return AWSError(
                code: name.prefix(1).uppercased() + name.dropFirst(),
                message: document?["message"]?.stringValue ?? document?["Message"]?.stringValue ?? "",
                status: 200,
                operation: operation,
                body: payload
            )
        case "error":
            return AWSError(
                code: errorCode ?? "UnknownError",
                message: errorMessage ?? "",
                status: 200,
                operation: operation,
                body: payload
            )
        default: return nil
        }
    }
}

/// Bytes that are not an event stream, or headers that do not fit in one.
public struct EventStreamError: Error, Sendable, Equatable, CustomStringConvertible {
    public var detail: String
    public var description: String { "event stream: \(detail)" }
}

/// The limits and sizes of the format.
enum EventStreamFormat {
    static let preludeLength = 12
    static let checksumLength = 4
    static let maximumHeadersLength = 128 * 1024
    static let maximumPayloadLength = 24 * 1024 * 1024
}
