import AWSCore
import BotContract

@testable import Bot

enum FakeAnswer {
    case response(Int, [UInt8])
    /// A 200 answer in chunks; `breaks` ends it with a reset instead of its end.
    case stream([[UInt8]], breaks: Bool)
    case failure(TransportError.Kind)
    /// The service does what was asked, and the answer is lost.
    case lost
    /// A Lambda function that failed, with what it says of that.
    case functionError([UInt8])

    static func json(_ value: JSONValue) -> FakeAnswer { .response(200, value.encoded()) }

    static func error(_ status: Int, _ code: String) -> FakeAnswer {
        .response(status, JSONValue.object(["__type": .string(code), "message": "refused"]).encoded())
    }
}

/// AWS as the bot sees it: a table in memory, scripted models, recorded posts. Whatever a test did not stub
/// traps, and says what it was.
final class FakeAWS: HTTPTransport {
    let table = FakeTable()
    let clock: FakeClock
    /// `begin X` when a request goes out, `end X` when its answer is first waited for.
    private(set) var events: [String] = []
    /// Answers that come before the stubs' own, per label; each is used once.
    var scripted: [String: [FakeAnswer]] = [:]
    /// Answers every call of the label, for faults that last.
    var lasting: [String: FakeAnswer] = [:]
    /// Per model id; the last one answers again and again.
    var models: [String: [FakeAnswer]] = [:]
    var tokenKey: String?
    private(set) var modelBodies: [JSONValue] = []
    private(set) var posts: [(url: String, frame: ServerFrame)] = []
    private(set) var urls: [String] = []
    /// As they went out, signed.
    private(set) var requests: [HTTPRequest] = []
    /// The forms posted to SNS.
    private(set) var publications: [String] = []
    /// What functions were called with, and by which path.
    private(set) var invocations: [(path: String, payload: JSONValue)] = []
    /// What every function answers.
    var function: ((JSONValue) -> FakeAnswer)?
    /// Runs before the request with the label is answered.
    var before: [String: () -> Void] = [:]

    init(clock: FakeClock) { self.clock = clock }

    var frames: [ServerFrame] { posts.map(\.frame) }

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        precondition(timeout > .zero, "a timeout of nothing")
        let (label, answer) = route(request)
        events.append("begin \(label)")
        urls.append(request.url)
        requests.append(request)
        if let hook = before.removeValue(forKey: label) { hook() }
        var result: FakeAnswer
        if var queue = scripted[label], !queue.isEmpty {
            result = queue.removeFirst()
            scripted[label] = queue
        } else {
            result = lasting[label] ?? answer()
        }
        if case .lost = result {
            _ = answer()
            result = .failure(.reset)
        }
        if case .failure(let kind) = result, kind == .connect {
            throw TransportError(kind, peer: "fake", detail: "scripted")
        }
        return FakeExchange(result) { [weak self] in self?.events.append("end \(label)") }
    }

    /// Clears what was recorded, keeps what is stored.
    func forget() {
        events = []
        posts = []
        modelBodies = []
        urls = []
        requests = []
    }

    /// The position of an event; fails the test's ordering by being out of reach.
    func position(_ event: String) -> Int { events.firstIndex(of: event) ?? .max }

    private func route(_ request: HTTPRequest) -> (label: String, answer: () -> FakeAnswer) {
        let path = request.path
        let target = request.headers["X-Amz-Target"] ?? ""
        let body = request.body
        if target.hasPrefix("DynamoDB_20120810.") {
            let action = String(target.dropFirst("DynamoDB_20120810.".count))
            guard let json = try? JSONValue.parse(body) else { preconditionFailure("DynamoDB got no JSON") }
            return (Self.label(action, json), { self.table.answer(action, json) })
        }
        if target == "AmazonSSM.GetParameter" {
            guard let tokenKey else { preconditionFailure("unstubbed effect: ssm.GetParameter") }
            return (
                "GetParameter", { .json(.object(["Parameter": .object(["Value": .string(tokenKey)])])) }
            )
        }
        if path.hasPrefix("/2015-03-31/functions/"), let payload = try? JSONValue.parse(body) {
            guard let function else { preconditionFailure("unstubbed effect: lambda.Invoke \(path)") }
            precondition(request.headers["X-Amz-Invocation-Type"] == "RequestResponse")
            return (
                "Invoke",
                {
                    self.invocations.append((path, payload))
                    return function(payload)
                }
            )
        }
        let form = String(decoding: body, as: UTF8.self)
        if form.hasPrefix("Action=Publish&") {
            return (
                "Publish",
                {
                    self.publications.append(form)
                    return .response(200, Array("<PublishResponse/>".utf8))
                }
            )
        }
        if path.hasPrefix("/@connections/") {
            guard let frame = try? ServerFrame(json: body) else { preconditionFailure("posted no frame") }
            precondition(body.count <= Frame.maximumBytes, "a frame of \(body.count) bytes")
            return (
                "Post \(frame.type)",
                {
                    self.posts.append((request.url, frame))
                    return .response(200, [])
                }
            )
        }
        if path.hasPrefix("/model/"), let json = try? JSONValue.parse(body) {
            let parts = path.split(separator: "/").map(String.init)
            let model = percentDecode(parts[1]) ?? ""
            guard models[model] != nil else { preconditionFailure("unstubbed effect: \(parts[2]) of \(model)") }
            return (
                "\(parts[2]) \(model)",
                {
                    self.modelBodies.append(json)
                    let answers = self.models[model] ?? []
                    if answers.count > 1 { self.models[model] = Array(answers.dropFirst()) }
                    return answers[0]
                }
            )
        }
        preconditionFailure("unstubbed effect: \(request.method) \(request.url)")
    }

    /// `PutItem turn`, `UpdateItem session`, `Query messages`, …
    private static func label(_ action: String, _ body: JSONValue) -> String {
        let key = body["Key"] ?? body["Item"]
        let sort = key?[FakeTable.sortKey]?["S"]?.stringValue ?? ""
        if action == "Query" {
            let prefix = body["ExpressionAttributeValues"]?[":prefix"]?["S"]?.stringValue ?? ""
            return prefix.hasSuffix("#") ? "Query messages" : "Query reply"
        }
        if sort.hasPrefix("!token!") { return "\(action) token" }
        if sort.hasPrefix("@") { return "\(action) limits" }
        if sort.contains("!") { return "\(action) turn" }
        if sort.hasSuffix(".0") { return "\(action) customer" }
        if sort.hasSuffix(".1") { return "\(action) bot" }
        return "\(action) session"
    }
}

final class FakeExchange: HTTPExchange {
    private let answer: FakeAnswer
    private var onWait: (() -> Void)?
    private var chunks: [[UInt8]] = []

    init(_ answer: FakeAnswer, onWait: @escaping () -> Void) {
        self.answer = answer
        self.onWait = onWait
        switch answer {
        case .response(_, let body): chunks = body.isEmpty ? [] : [body]
        case .functionError(let body): chunks = [body]
        case .stream(let parts, _): chunks = parts
        case .failure, .lost: break
        }
    }

    func head() throws(TransportError) -> HTTPResponseHead {
        waited()
        switch answer {
        case .response(let status, _): return HTTPResponseHead(status: status, headers: [:])
        case .stream: return HTTPResponseHead(status: 200, headers: [:])
        case .functionError: return HTTPResponseHead(status: 200, headers: ["X-Amz-Function-Error": "Unhandled"])
        case .failure(let kind): throw TransportError(kind, peer: "fake", detail: "scripted")
        case .lost: throw TransportError(.reset, peer: "fake", detail: "scripted")
        }
    }

    func next() throws(TransportError) -> [UInt8]? {
        waited()
        if !chunks.isEmpty { return chunks.removeFirst() }
        if case .stream(_, breaks: true) = answer {
            throw TransportError(.reset, peer: "fake", detail: "scripted")
        }
        return nil
    }

    func cancel() {}

    private func waited() {
        onWait?()
        onWait = nil
    }
}

final class FakeClock: WallClock {
    var time = Timestamp(milliseconds: 1_800_000_000_000)
    /// How far time goes at each look at it.
    var step: Duration = .zero
    private(set) var slept: Duration = .zero

    func now() -> Timestamp {
        time = time.advanced(by: step)
        return time
    }

    func sleep(_ duration: Duration) {
        slept += duration
        time = time.advanced(by: duration)
    }
}
