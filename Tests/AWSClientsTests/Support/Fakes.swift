import AWSClients
import AWSCore
import TestSupport

final class FixedClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 1_790_000_000) }
    func sleep(_ duration: Duration) {}
}

/// Answers with what it was given, in order, and remembers the requests.
final class RecordingTransport: HTTPTransport {
    var answers: [HTTPResponse]
    private(set) var requests: [HTTPRequest] = []

    init(_ answers: [HTTPResponse] = []) { self.answers = answers }

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        requests.append(request)
        guard !answers.isEmpty else {
            throw TransportError(.malformed, peer: "test", detail: "no answer is prepared for \(request.method)")
        }
        return Answer(answers.removeFirst())
    }

    private final class Answer: HTTPExchange {
        private let response: HTTPResponse
        private var isRead = false

        init(_ response: HTTPResponse) { self.response = response }

        func head() -> HTTPResponseHead { HTTPResponseHead(status: response.status, headers: response.headers) }

        func next() -> [UInt8]? {
            defer { isRead = true }
            return isRead || response.body.isEmpty ? nil : response.body
        }

        func cancel() {}
    }
}

extension HTTPResponse {
    static func text(_ body: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }
}

/// Options that reach nothing: no file exists and the answers come from a list.
func testOptions(
    environment: [String: String] = [:],
    transport: any HTTPTransport = RecordingTransport(),
    files: [String: [UInt8]] = [:]
) -> SessionOptions {
    SessionOptions(
        environment: environment,
        clock: FixedClock(),
        transport: transport,
        readFile: { files[$0] },
        random: { 0 }
    )
}

let testKeys = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]

/// A session whose services are all behind one endpoint.
func testSession(_ transport: any HTTPTransport, endpoint: String? = "http://127.0.0.1:9") throws -> AWSSession {
    var options = testOptions(environment: testKeys, transport: transport)
    options.region = "us-east-2"
    options.endpointURL = endpoint
    return try AWSSession(options: options)
}

/// A copy with a few bytes changed, removed, doubled or inserted.
func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator, alphabet: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = Int.random(in: 0...max(0, result.count - 1), using: &generator)
        let byte = alphabet.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<5, using: &generator) {
        case 0 where !result.isEmpty: result[position] = byte
        case 1 where !result.isEmpty: result.remove(at: position)
        case 2: result.insert(byte, at: min(position, result.count))
        case 3 where !result.isEmpty:
            let end = min(result.count, position + Int.random(in: 1...20, using: &generator))
            result.insert(contentsOf: result[position..<end], at: position)
        default: result.removeLast(min(result.count, Int.random(in: 0...8, using: &generator)))
        }
    }
    return result
}
