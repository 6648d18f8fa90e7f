package import AWSClients
package import AWSCore
import Synchronization

/// Bedrock Runtime itself, with somebody's own credentials: each request is signed anew for it, and what it answers
/// goes back as it is.
package struct BedrockForwarder: Sendable {
    package typealias TransportMaking = @Sendable (_ isCancelled: @escaping () -> Bool) -> any HTTPTransport

    /// The longest that botocore waits between two pieces is a minute; a whole answer may take longer.
    static let timeout = Duration.seconds(300)

    package let endpoint: Endpoint
    package let region: String
    private let credentials: @Sendable () throws(AWSError) -> Credentials
    private let now: @Sendable () -> Timestamp
    private let notices: ModelNotices
    private let makeTransport: TransportMaking

    /// - Parameter credentials: asked for each request: they may end while the bot runs.
    package init(
        endpoint: Endpoint,
        region: String,
        credentials: @escaping @Sendable () throws(AWSError) -> Credentials,
        now: @escaping @Sendable () -> Timestamp,
        notices: ModelNotices,
        makeTransport: @escaping TransportMaking
    ) {
        self.endpoint = endpoint
        self.region = region
        self.credentials = credentials
        self.now = now
        self.notices = notices
        self.makeTransport = makeTransport
    }

    /// An answer that has begun.
    struct Answer {
        var head: HTTPResponseHead
        var exchange: any HTTPExchange
        /// Keeps the connections of the exchange.
        var transport: any HTTPTransport
    }

    /// - Throws: what Bedrock could not be asked for; what it refuses is an answer.
    func begin(_ request: ServerRequest, isWanted: @escaping () -> Bool) throws(BedrockFailure) -> Answer {
        do throws(BedrockFailure) {
            return try send(signed(request), isWanted)
        } catch {
            if isWanted() { notices.add("Bedrock could not be asked: \(error.message)") }
            throw error
        }
    }

    private func send(_ request: HTTPRequest, _ isWanted: @escaping () -> Bool) throws(BedrockFailure) -> Answer {
        do throws(TransportError) {
            let transport = makeTransport { !isWanted() }
            let exchange = try transport.begin(request, timeout: Self.timeout)
            let head = try exchange.head()
            if head.status >= 400 {
                let type = head.headers["x-amzn-ErrorType"]?.split(separator: ":").first.map(String.init)
                notices.add("Bedrock in \(region) answered \(head.status) \(type ?? "")")
            }
            return Answer(head: head, exchange: exchange, transport: transport)
        } catch {
            throw BedrockFailure(
                status: 503,
                type: "ServiceUnavailableException",
                message: "no answer from \(endpoint.authority): \(error.detail)"
            )
        }
    }

    private func signed(_ request: ServerRequest) throws(BedrockFailure) -> HTTPRequest {
        let key: Credentials
        do throws(AWSError) {
            key = try credentials()
        } catch {
            throw BedrockFailure(status: 403, type: "ExpiredTokenException", message: error.message)
        }
        var headers = HTTPHeaders()
        for field in request.headers.fields where Self.isForBedrock(field.name) {
            headers.add(field.name, field.value)
        }
        return SigV4.sign(
            HTTPRequest(
                method: request.method,
                endpoint: endpoint,
                path: request.path,
                headers: headers,
                body: request.body
            ),
            credentials: key,
            region: region,
            service: "bedrock",
            date: now()
        )
    }

    /// The rest belongs to the connection, or to the signature that is replaced.
    private static func isForBedrock(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "content-type" || name == "accept" || name.hasPrefix("x-amzn-bedrock-")
    }

    /// Of an answer's headers, what its body is and what Bedrock says of it.
    static func isForCaller(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "content-type" || name.hasPrefix("x-amzn-")
    }
}

/// A session's credentials, for several threads: a session is not made for that.
package final class SharedCredentials: Sendable {
    private struct Provider: @unchecked Sendable { let session: AWSSession }

    private let provider: Mutex<Provider>

    /// - Parameter session: used by nobody else from here on.
    package init(_ session: AWSSession) { provider = Mutex(Provider(session: session)) }

    package func current() throws(AWSError) -> Credentials {
        let result = provider.withLock { provider -> Result<Credentials, AWSError> in
            do throws(AWSError) {
                return .success(try provider.session.currentCredentials())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
