import AWSCore
import BotContract

/// `limits.messagesPerMinute`, as GCRA (the virtual scheduling form of ITU-T I.371) on the session item: the
/// whole state is the time at which the limit is empty again. A quiet customer may send a minute's messages
/// at once; after that one every 60 s / limit.
///
///     idle   nextAllowedAt ≤ now                    → now + interval
///     busy   now < nextAllowedAt ≤ now + tolerance  → nextAllowedAt + interval
///     over   nextAllowedAt > now + tolerance        → refused
///
/// An update expression has no maximum, so idle and busy are two conditional updates; the first one is right
/// nearly always, and its refusal carries the item that tells what to do next.
struct RateLimit {
    /// Between two messages of an even flow, in milliseconds.
    let interval: Int64
    let tolerance: Int64

    /// - Parameter perMinute: 0 or less for no limit.
    init(perMinute: Int) {
        interval = perMinute > 0 ? max(1, 60_000 / Int64(perMinute)) : 0
        tolerance = max(0, 60_000 - interval)
    }

    /// Takes one message from the session's limit.
    /// - Returns: the session item.
    func admit(
        _ table: Table,
        user: String,
        connectionId: String,
        now: Timestamp,
        deadline: Timestamp
    ) throws(RouteFailure) -> Item {
        let name = TableLayout.Attribute.nextAllowedAt
        let now = now.milliseconds
        func update(set: String, condition: String, _ values: Item) throws(TableError) -> Item {
            try table.update(
                user: user,
                key: connectionId,
                set: "#\(name) = \(set)",
                condition: condition,
                values: values,
                deadline: deadline
            ).wait()
        }
        do throws(TableError) {
            return try update(
                set: ":next",
                condition: "attribute_not_exists(#\(name)) OR #\(name) <= :now",
                ["now": .number(now), "next": .number(now + interval)]
            )
        } catch {
            guard case .conditionFailed(let session) = error else { throw RouteFailure(error) }
            guard let session else { throw RouteFailure(.noSession, cause: "no session item") }
            try refuseIfOver(session, now: now)
        }
        do throws(TableError) {
            return try update(
                set: "#\(name) + :interval",
                condition: "#\(name) <= :limit",
                ["interval": .number(interval), "limit": .number(now + tolerance)]
            )
        } catch {
            guard case .conditionFailed(let session) = error else { throw RouteFailure(error) }
            guard let session else { throw RouteFailure(.noSession, cause: "no session item") }
            try refuseIfOver(session, now: now)
            throw RouteFailure(.rateLimited, retryAfter: 1)
        }
    }

    private func refuseIfOver(_ session: Item, now: Int64) throws(RouteFailure) {
        let over = (session[TableLayout.Attribute.nextAllowedAt]?.integer ?? 0) - tolerance - now
        guard over > 0 else { return }
        throw RouteFailure(.rateLimited, retryAfter: Int((over + 999) / 1000))
    }
}
