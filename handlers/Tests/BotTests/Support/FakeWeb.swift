import AWSCore

/// The hosts outside AWS, each URL with its answers in order; the last one answers again and again. What a test
/// did not stub traps.
final class FakeWeb: HTTPTransport {
    var answers: [String: [FakeAnswer]] = [:]
    private(set) var urls: [String] = []
    private(set) var timeouts: [Duration] = []
    private(set) var chunksRead = 0
    private(set) var requests: [HTTPRequest] = []

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        precondition(timeout > .zero, "a timeout of nothing")
        guard let queue = answers[request.url], let answer = queue.first else {
            preconditionFailure("unstubbed effect: \(request.method) \(request.url)")
        }
        if queue.count > 1 { answers[request.url] = Array(queue.dropFirst()) }
        urls.append(request.url)
        requests.append(request)
        timeouts.append(timeout)
        if case .failure(.connect) = answer { throw TransportError(.connect, peer: "fake", detail: "scripted") }
        return Counted(FakeExchange(answer, onWait: {}), self)
    }

    private final class Counted: HTTPExchange {
        let exchange: FakeExchange
        let web: FakeWeb
        init(_ exchange: FakeExchange, _ web: FakeWeb) {
            self.exchange = exchange
            self.web = web
        }
        func head() throws(TransportError) -> HTTPResponseHead { try exchange.head() }
        func next() throws(TransportError) -> [UInt8]? {
            web.chunksRead += 1
            return try exchange.next()
        }
        func cancel() {}
    }
}
