import AWSCore
import BotContract

/// Serves the events of one function.
protocol RouteHandler: AnyObject {
    /// Throws only for a fault of ours, and only where nothing was told to the client yet.
    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue
}

extension HandlerName {
    func handler(_ context: BotContext) throws(InitError) -> any RouteHandler {
        switch self {
        case .authorize: try AuthorizeHandler(context)
        case .connect: ConnectHandler(context)
        case .disconnect: DisconnectHandler(context)
        case .hello: try HelloHandler(context)
        case .sendMessage: try SendMessageHandler(context)
        case .history: HistoryHandler(context)
        case .feedback: FeedbackHandler(context)
        case .handoff: try HandoffHandler(context)
        case .fallback: FallbackHandler(context)
        }
    }
}

extension JSONValue {
    /// What a route answers API Gateway; clients see nothing of it.
    static func status(_ code: Int) -> JSONValue { .object(["statusCode": .int(Int64(code))]) }
}

/// Ends an invocation with one `error` frame.
struct RouteFailure: Error {
    var code: ErrorCode
    var retryAfter: Int?
    /// For the log.
    var cause: String?

    init(_ code: ErrorCode, retryAfter: Int? = nil, cause: String? = nil) {
        self.code = code
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// A table call that failed for another reason than its condition.
    init(_ error: TableError) {
        self.init(.storageFailed, cause: error.description)
    }

    /// A lease lasts as long as its turn may take; nearly every turn is over long before. Who has lost the
    /// connection on which `done` was sent asks again after this time, and need not wait for the lease's end.
    static let turnCheck: Duration = .seconds(5)

    static func turnInProgress(until leaseUntil: Int64, now: Timestamp) -> RouteFailure {
        let left = min(leaseUntil - now.milliseconds, turnCheck.milliseconds)
        return RouteFailure(.turnInProgress, retryAfter: max(1, Int((left + 999) / 1000)))
    }

    /// The same, for a client that must wait for a lease which could not be given back.
    func delayed(until leaseUntil: Int64, now: Timestamp, because reason: String) -> RouteFailure {
        var failure = self
        let left = max(0, leaseUntil - now.milliseconds)
        failure.retryAfter = max(retryAfter ?? 1, Int((left + 999) / 1000))
        failure.cause = [cause, reason].compactMap { $0 }.joined(separator: "; ")
        return failure
    }
}

extension RouteHandler {
    /// Runs a route that answers with frames: whatever fails, the client gets one terminal frame, and API
    /// Gateway a success, because on an error it would send a frame of its own after ours.
    func answering(
        _ event: WebSocketEvent,
        _ invocation: Invocation,
        _ context: BotContext,
        _ body: (Connection, String, ClientFrame) throws(RouteFailure) -> Void
    ) -> JSONValue {
        let connection = Connection(event: event, context: context, deadline: invocation.storeDeadline)
        var messageId: String?
        do throws(RouteFailure) {
            let frame: ClientFrame
            do throws(FrameError) {
                let maximum = context.configuration.limits.messageChars
                frame = try ClientFrame(json: event.body, maximumMessageCharacters: maximum)
            } catch {
                messageId = error.messageId
                throw RouteFailure(error.code, cause: error.detail)
            }
            switch frame {
            case .sendMessage(_, let id), .confirm(_, let id), .feedback(let id, _, _): messageId = id
            default: break
            }
            guard let user = event.userId else {
                throw RouteFailure(.noSession, cause: "no authorizer context: has $connect an authorizer?")
            }
            try body(connection, user, frame)
        } catch {
            invocation.outcome = error.code.rawValue
            invocation.detail = error.cause
            invocation.timed("post") {
                connection.post(.failure(error.code, messageId: messageId, retryAfter: error.retryAfter))
            }
        }
        connection.settle()
        if let failure = connection.failure {
            if connection.isGone {
                invocation.detail = [invocation.detail, "the client has gone"].compactMap { $0 }.joined(separator: "; ")
            } else {
                invocation.detail = [invocation.detail, failure.description].compactMap { $0 }.joined(separator: "; ")
            }
        }
        return .status(200)
    }
}
