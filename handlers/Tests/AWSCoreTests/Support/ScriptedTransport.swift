import AWSCore

/// Answers from a list, and keeps what it was asked. A request more than the list is an error of the test.
final class ScriptedTransport: HTTPTransport {
    enum Step {
        case answer(HTTPResponse)
        /// Breaks while the answer is awaited.
        case broken(TransportError.Kind)
        /// Breaks before there is an exchange.
        case refused(TransportError.Kind)
    }

    private var steps: [Step]
    private(set) var requests: [HTTPRequest] = []
    private(set) var timeouts: [Duration] = []
    private(set) var cancelled = 0
    /// Runs before each answer: lets time pass.
    var beforeAnswer: () -> Void = {}

    init(_ steps: [Step]) { self.steps = steps }

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        requests.append(request)
        timeouts.append(timeout)
        guard !steps.isEmpty else {
            throw TransportError(.malformed, peer: "test", detail: "request \(requests.count) was not expected")
        }
        let step = steps.removeFirst()
        if case .refused(let kind) = step { throw TransportError(kind, peer: "test", detail: "refused") }
        return Exchange(self, step)
    }

    private final class Exchange: HTTPExchange {
        private let transport: ScriptedTransport
        private let step: Step
        private var remaining: [UInt8]

        init(_ transport: ScriptedTransport, _ step: Step) {
            self.transport = transport
            self.step = step
            if case .answer(let response) = step { remaining = response.body } else { remaining = [] }
        }

        func head() throws(TransportError) -> HTTPResponseHead {
            transport.beforeAnswer()
            switch step {
            case .answer(let response): return HTTPResponseHead(status: response.status, headers: response.headers)
            case .broken(let kind), .refused(let kind):
                throw TransportError(kind, peer: "test", detail: "broken")
            }
        }

        func next() -> [UInt8]? {
            defer { remaining = [] }
            return remaining.isEmpty ? nil : remaining
        }

        func cancel() { transport.cancelled += 1 }
    }
}

/// Time that passes only when it is told to, or slept through.
final class ManualClock: WallClock {
    private var time: Timestamp
    private(set) var slept: [Duration] = []

    init(_ time: Timestamp = Timestamp(seconds: 1_440_938_160)) { self.time = time }

    func now() -> Timestamp { time }

    func sleep(_ duration: Duration) {
        slept.append(duration)
        advance(by: duration)
    }

    func advance(by duration: Duration) { time = time.advanced(by: duration) }
}
