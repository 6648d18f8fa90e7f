package import AWSCore

/// Credentials that are fetched when they are first needed, and anew before they end: 15 minutes before, while the
/// old ones still serve if that fails; from 10 minutes before, a failure is the caller's (botocore's
/// `RefreshableCredentials`). Without an end they are fetched once.
package final class RefreshingCredentials: CredentialsProvider {
    static let advisoryWindow: Duration = .seconds(15 * 60)
    static let mandatoryWindow: Duration = .seconds(10 * 60)
    /// The shortest time between two fetches while the credentials in hand are valid, so that short-lived ones are
    /// not fetched for each call.
    static let spacing: Duration = .seconds(60)

    private let clock: any WallClock
    private let fetch: () throws(SessionError) -> Credentials
    private var held: Credentials?
    private var fetchedAt: Timestamp?

    /// - Parameter held: what was fetched already.
    init(
        clock: any WallClock,
        held: Credentials? = nil,
        fetch: @escaping () throws(SessionError) -> Credentials
    ) {
        self.clock = clock
        self.held = held
        self.fetch = fetch
        fetchedAt = held == nil ? nil : clock.now()
    }

    package func credentials() throws -> Credentials {
        do throws(SessionError) {
            return try current()
        } catch {
            // In the terms of whoever signs a call with them.
            let code = error.code.rawValue.hasPrefix("credentials.") ? error.code : .unreadableCredentials
            throw AWSError(
                code: error.code == .interrupted ? "transport.cancelled" : code.rawValue,
                message: "\(error.message); \(error.nextStep)",
                status: 0,
                operation: "credentials"
            )
        }
    }

    /// Credentials that are valid now.
    func current() throws(SessionError) -> Credentials {
        guard let held else { return try renewed() }
        guard let expires = held.expires else { return held }
        let now = clock.now()
        let left = now.duration(to: expires)
        if left >= Self.advisoryWindow { return held }
        if left > .zero, let fetchedAt, fetchedAt.duration(to: now) < Self.spacing { return held }
        do {
            return try renewed()
        } catch {
            if left >= Self.mandatoryWindow, error.code != .interrupted { return held }
            throw error
        }
    }

    private func renewed() throws(SessionError) -> Credentials {
        fetchedAt = clock.now()
        let new = try fetch()
        if let expires = new.expires, expires <= clock.now() {
            throw SessionError(
                .expiredCredentials,
                "the credentials ended at \(expires.rfc3339)",
                nextStep: "renew them where they come from, and check the machine's clock"
            )
        }
        held = new
        return new
    }
}
