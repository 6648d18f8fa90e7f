import AWSCore

/// An issuer's keys, from its `jwksUrl`; kept in the process, fetched anew when they are old and, at most every
/// half minute, when a token names a key that is not among them: the issuer may have changed its keys.
final class KeySetSource {
    /// How long a key that the issuer withdrew is still believed.
    static let maximumAge: Duration = .seconds(600)
    /// How long the last keys do when the issuer cannot be asked.
    static let maximumAgeWhenUnreachable: Duration = .seconds(3_600)
    /// Between two fetches for unknown keys: tokens that anybody can make up must not make us a burden.
    static let unknownKeyInterval: Duration = .seconds(30)
    static let retryInterval: Duration = .seconds(2)
    static let timeout: Duration = .seconds(3)
    static let maximumBytes = 256 * 1024

    private let request: HTTPRequest
    private let context: BotContext
    private var fetched: (keys: KeySet, at: Timestamp)?
    private var failed: (error: KeySetError, at: Timestamp)?

    init(url: String, _ context: BotContext) throws(InitError) {
        guard let request = WebRequest.make("GET", url) else {
            throw InitError("auth.jwksUrl is not an https URL: \(url)")
        }
        self.request = request
        self.context = context
    }

    /// The keys that may have signed the token; none for a key that the issuer does not have.
    func keys(for token: JSONWebToken, deadline: Timestamp) throws(KeySetError) -> [PublicKey] {
        let now = context.clock.now()
        if let fetched, Self.isWithin(Self.maximumAge, fetched.at, now) {
            let known = fetched.keys.keys(for: token)
            let lookedAt = max(fetched.at, failed?.at ?? fetched.at)
            if !known.isEmpty || Self.isWithin(Self.unknownKeyInterval, lookedAt, now) { return known }
            guard let keys = try? fetch(now, deadline) else { return [] }
            return keys.keys(for: token)
        }
        do throws(KeySetError) {
            return try fetch(now, deadline).keys(for: token)
        } catch {
            guard let fetched, Self.isWithin(Self.maximumAgeWhenUnreachable, fetched.at, now) else { throw error }
            return fetched.keys.keys(for: token)
        }
    }

    private func fetch(_ now: Timestamp, _ deadline: Timestamp) throws(KeySetError) -> KeySet {
        if let failed, Self.isWithin(Self.retryInterval, failed.at, now) { throw failed.error }
        do throws(KeySetError) {
            let keys = try download(timeout: min(Self.timeout, now.duration(to: deadline)))
            fetched = (keys, now)
            failed = nil
            return keys
        } catch {
            failed = (error, now)
            context.log(
                .object([
                    "level": "WARN", "message": "the issuer's keys were not read", "detail": .string(error.detail),
                ])
            )
            throw error
        }
    }

    private func download(timeout: Duration) throws(KeySetError) -> KeySet {
        guard timeout > .zero else { throw KeySetError("no time left to ask for them") }
        let answer: (status: Int, body: [UInt8])
        do throws(TransportError) {
            answer = try ask(timeout: timeout)
        } catch {
            throw KeySetError(error.description)
        }
        guard answer.status == 200 else { throw KeySetError("\(request.url) answered \(answer.status)") }
        guard answer.body.count <= Self.maximumBytes else {
            throw KeySetError("\(request.url) answered more than \(Self.maximumBytes) bytes")
        }
        guard let keys = KeySet(json: answer.body) else { throw KeySetError("\(request.url) is not a key set") }
        return keys
    }

    /// Reads no further than it takes to see that the answer is of no use.
    private func ask(timeout: Duration) throws(TransportError) -> (status: Int, body: [UInt8]) {
        let exchange = try context.web.begin(request, timeout: timeout)
        let status = try exchange.head().status
        var body: [UInt8] = []
        while status == 200, body.count <= Self.maximumBytes {
            guard let chunk = try exchange.next() else { return (status, body) }
            body += chunk
        }
        exchange.cancel()
        return (status, body)
    }

    /// Also false after the clock was set back.
    private static func isWithin(_ duration: Duration, _ then: Timestamp, _ now: Timestamp) -> Bool {
        then <= now && then.duration(to: now) < duration
    }
}

/// Why an issuer's keys are not there: a fault of the bot's or the issuer's, not of the token.
struct KeySetError: Error, Equatable, CustomStringConvertible {
    var detail: String
    init(_ detail: String) { self.detail = detail }
    var description: String { "the keys of the issuer cannot be read: \(detail)" }
}
