import AWSCore
import BotContract

/// `limits.messagesPerMinute` and `limits.tokensPerUserPerDay`, on one item for each user and day (UTC): a
/// customer who connects twice has no second share, and a new day begins with a new item, so that nothing is
/// ever reset (docs/decisions/0007-limits.md).
///
/// The messages follow GCRA (the virtual scheduling form of ITU-T I.371): the whole state is the time at which
/// the limit is empty again. A quiet customer may send a minute's messages at once; after that one every 60 s /
/// limit.
///
///     idle   nextAllowedAt ≤ now                    → now + interval
///     busy   now < nextAllowedAt ≤ now + tolerance  → nextAllowedAt + interval
///     over   nextAllowedAt > now + tolerance        → refused
///
/// An update expression has no maximum, so idle and busy are two conditional updates; the first one is right
/// nearly always, and its refusal carries the item that tells what to do next.
struct UserLimits {
    private typealias A = TableLayout.Attribute

    /// An item is of no use after its day; the rest is for turns that begin before midnight.
    static let lifetime: Duration = .days(2)

    /// Between two messages of an even flow, in milliseconds.
    let interval: Int64
    let tolerance: Int64
    /// 0 or less for no limit.
    let tokensPerDay: Int64
    private let table: Table
    private let user: String
    private let key: String
    private let now: Timestamp
    private let deadline: Timestamp

    /// - Parameter now: decides the day, also for the tokens of a turn that ends after midnight.
    init(
        _ limits: BotConfiguration.Limits,
        table: Table,
        user: String,
        now: Timestamp,
        deadline: Timestamp
    ) {
        let perMinute = Int64(limits.messagesPerMinute)
        interval = perMinute > 0 ? max(1, 60_000 / perMinute) : 0
        tolerance = max(0, 60_000 - interval)
        tokensPerDay = Int64(limits.tokensPerUserPerDay)
        self.table = table
        self.user = user
        self.now = now
        self.deadline = deadline
        key = TableLayout.usageKey(day: String(now.rfc3339.prefix(10)))
    }

    /// Puts the taking of one message on the wire; `settle` says whether it was allowed.
    func begin() -> PendingWrite {
        update(
            set: ":next",
            condition: "attribute_not_exists(#\(A.nextAllowedAt)) OR #\(A.nextAllowedAt) <= :now",
            ["now": .number(now.milliseconds), "next": .number(now.milliseconds + interval)]
        )
    }

    func settle(_ pending: PendingWrite) throws(RouteFailure) {
        do throws(TableError) {
            try pending.wait()
            return
        } catch {
            guard case .conditionFailed(let day) = error else { throw RouteFailure(error) }
            try refuseIfOver(day ?? [:])
        }
        do throws(TableError) {
            try update(
                set: "#\(A.nextAllowedAt) + :interval",
                condition: "#\(A.nextAllowedAt) <= :limit",
                ["interval": .number(interval), "limit": .number(now.milliseconds + tolerance)]
            ).wait()
        } catch {
            guard case .conditionFailed(let day) = error else { throw RouteFailure(error) }
            try refuseIfOver(day ?? [:])
            throw RouteFailure(.rateLimited, retryAfter: 1)
        }
    }

    /// Adds a turn's tokens to the day. An answer that is lost on the way may count them twice: this is a limit,
    /// not a bill.
    func beginCount(_ usage: TokenUsage) -> PendingWrite {
        table.update(
            user: user,
            key: key,
            set: "#\(A.kind) = :kind, #\(A.expiresAt) = :expires",
            add: "#\(A.tokens) :tokens",
            values: [
                "kind": .string(TableLayout.Kind.usage.rawValue),
                "expires": .number(now.advanced(by: Self.lifetime).seconds),
                "tokens": .number(Int64(usage.inputTokens) + Int64(usage.outputTokens)),
            ],
            mustExist: false,
            deadline: deadline
        )
    }

    /// Seconds until the tokens of a new day, at 00:00 UTC.
    static func secondsToReset(_ now: Timestamp) -> Int {
        let day: Int64 = 86_400_000
        return Int((day - now.milliseconds % day + 999) / 1000)
    }

    private func update(set: String, condition: String, _ values: Item) -> PendingWrite {
        var condition = condition
        var values = values
        if tokensPerDay > 0 {
            condition = "(\(condition)) AND (attribute_not_exists(#\(A.tokens)) OR #\(A.tokens) < :budget)"
            values["budget"] = .number(tokensPerDay)
        }
        values["kind"] = .string(TableLayout.Kind.usage.rawValue)
        values["expires"] = .number(now.advanced(by: Self.lifetime).seconds)
        return table.update(
            user: user,
            key: key,
            set: "#\(A.nextAllowedAt) = \(set), #\(A.kind) = :kind, #\(A.expiresAt) = :expires",
            condition: condition,
            values: values,
            mustExist: false,
            deadline: deadline
        )
    }

    private func refuseIfOver(_ day: Item) throws(RouteFailure) {
        if tokensPerDay > 0, day[A.tokens]?.integer ?? 0 >= tokensPerDay {
            throw RouteFailure(.dailyLimit, retryAfter: Self.secondsToReset(now))
        }
        let over = (day[A.nextAllowedAt]?.integer ?? 0) - tolerance - now.milliseconds
        guard over > 0 else { return }
        throw RouteFailure(.rateLimited, retryAfter: Int((over + 999) / 1000))
    }
}
