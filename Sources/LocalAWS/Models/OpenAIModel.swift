import AWSClients
package import AWSCore
import FoundationEssentials

/// A model behind an OpenAI-compatible API.
package struct OpenAIModel: ConverseModel {
    /// Names the key, for servers that want one.
    package static let keyVariable = "OPENAI_API_KEY"
    /// A model that the server has yet to load, on a slow machine. The bot gives up earlier by itself.
    static let timeout = Duration.seconds(300)

    package typealias TransportMaking = @Sendable (_ isCancelled: @escaping () -> Bool) -> any HTTPTransport

    private let server: OpenAIServer
    private let key: APIKey?
    private let notices: ModelNotices
    private let makeTransport: TransportMaking

    /// - Parameters:
    ///   - server: with a model's name.
    ///   - notices: told what somebody at the terminal can repair.
    package init(
        _ server: OpenAIServer,
        key: APIKey?,
        notices: ModelNotices,
        makeTransport: @escaping TransportMaking
    ) {
        self.server = server
        self.key = key
        self.notices = notices
        self.makeTransport = makeTransport
    }

    /// libcurl, over the environment's proxies where the server is not on this machine.
    package static func transports(for server: OpenAIServer, environment: [String: String]) -> TransportMaking {
        var settings = CurlSettings(environment: environment) { FileManager.default.fileExists(atPath: $0) }
        settings.stallTimeout = timeout
        if server.isLoopback { settings.httpProxy = nil }
        return { [settings] isCancelled in CurlTransport(settings: settings, isCancelled: isCancelled) }
    }

    package func answer(
        _ request: ConverseRequest,
        isWanted: @escaping () -> Bool,
        _ take: (ReplyPart) -> Void
    ) throws(BedrockFailure) -> ReplyEnd {
        do throws(BedrockFailure) {
            return try ask(request, isWanted: isWanted, take)
        } catch {
            if isWanted() { notices.add("the model failed: \(error.message)") }
            throw error
        }
    }

    private func ask(
        _ request: ConverseRequest,
        isWanted: @escaping () -> Bool,
        _ take: (ReplyPart) -> Void
    ) throws(BedrockFailure) -> ReplyEnd {
        let transport = makeTransport { !isWanted() }
        let exchange = try wire { () throws(TransportError) in
            try transport.begin(
                server.request(
                    "POST",
                    "/chat/completions",
                    key: key,
                    body: ChatCompletionsRequest.body(request, model: server.model ?? "")
                ),
                timeout: Self.timeout
            )
        }
        defer { exchange.cancel() }
        let head = try wire { () throws(TransportError) in try exchange.head() }
        guard head.status == 200 else {
            let body = try wire { () throws(TransportError) in try Self.rest(of: exchange) }
            throw OpenAIFailures(server: server).failure(status: head.status, body: body)
        }
        var reply = ChatCompletionsReply(request)
        // A server that does not stream answers whole.
        let isStream = head.headers["Content-Type"]?.lowercased().hasPrefix("text/event-stream") == true
        guard isStream else {
            let body = try wire(hasBegun: true) { () throws(TransportError) in try Self.rest(of: exchange) }
            guard let json = try? JSONValue.parse(body) else {
                throw .modelError("\(server.url) answered with something that is not JSON: check the URL of --model")
            }
            return try reply.takeWhole(json, take)
        }
        var events = ServerSentEvents()
        while !reply.isDone {
            let bytes = try wire(hasBegun: true) { () throws(TransportError) in try exchange.next() }
            do throws(ServerSentEvents.TooLong) {
                if let bytes { try events.push(bytes) } else { events.close() }
            } catch {
                throw .modelError("\(server.url) sent an event of over \(ServerSentEvents.maximumBytes >> 20) MB")
            }
            for event in events.takeEvents() { try reply.take(event, take) }
            if bytes == nil { break }
        }
        return try reply.finish(take)
    }

    private func wire<Answer>(
        hasBegun: Bool = false,
        _ call: () throws(TransportError) -> Answer
    ) throws(BedrockFailure) -> Answer {
        do {
            return try call()
        } catch {
            throw OpenAIFailures(server: server).failure(error, hasBegun: hasBegun)
        }
    }

    /// As much of a body as any answer that is read whole has.
    private static func rest(of exchange: any HTTPExchange) throws(TransportError) -> [UInt8] {
        var body: [UInt8] = []
        while body.count < ServerSentEvents.maximumBytes, let bytes = try exchange.next() { body += bytes }
        return body
    }
}

/// A key that prints as none.
package struct APIKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    fileprivate let value: String

    /// `nil` for an empty one, and for what cannot stand in a header.
    package init?(_ value: String?) {
        guard let value, !value.isEmpty, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.value = value
    }

    package var description: String { "<REDACTED>" }
    package var debugDescription: String { description }
}

extension OpenAIServer {
    /// - Parameter path: after `/v1`.
    func request(_ method: String, _ path: String, key: APIKey?, body: [UInt8] = []) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": "application/json, text/event-stream", "User-Agent": "botctl"]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        if let key { headers["Authorization"] = "Bearer \(key.value)" }
        return HTTPRequest(method: method, endpoint: endpoint, path: path, headers: headers, body: body)
    }
}
