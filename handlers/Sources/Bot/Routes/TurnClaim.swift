import AWSCore
import BotContract

/// The right to answer one `messageId`, held by one invocation at a time
/// (docs/decisions/0003-turn-claims.md).
struct TurnClaim {
    /// How long a `messageId` is remembered. A client that resends does so within minutes.
    static let lifetime: Duration = .days(7)
    /// Beyond the invocation's deadline, for clocks that differ.
    static let margin: Duration = .seconds(1)

    private typealias A = TableLayout.Attribute

    let table: Table
    let user: String
    let chatId: String
    let messageId: String
    let turnId: String
    let leaseUntil: Int64
    let digest: String

    private var key: String { TableLayout.turnKey(chatId: chatId, messageId: messageId) }

    init(
        context: BotContext,
        invocation: Invocation,
        user: String,
        chatId: String,
        messageId: String,
        turnId: String,
        text: String
    ) {
        table = context.table
        self.user = user
        self.chatId = chatId
        self.messageId = messageId
        self.turnId = turnId
        leaseUntil = invocation.deadline.advanced(by: Self.margin).milliseconds
        digest = hexEncode(sha256(Array(text.utf8)))
    }

    /// The claim as another invocation left it.
    struct Earlier {
        var turnId: String
        var leaseUntil: Int64
        var digest: String
    }

    func begin(now: Timestamp, deadline: Timestamp) -> PendingWrite {
        table.put(
            [
                A.kind: .string(TableLayout.Kind.turn.rawValue),
                A.chatId: .string(chatId),
                A.messageId: .string(messageId),
                A.turnId: .string(turnId),
                A.leaseUntil: .number(leaseUntil),
                A.digest: .string(digest),
                A.createdAt: .number(now.milliseconds),
                A.expiresAt: .number(now.advanced(by: Self.lifetime).seconds),
            ],
            user: user,
            key: key,
            onlyIfAbsent: true,
            deadline: deadline
        )
    }

    /// - Returns: `nil` when the claim is ours.
    func settle(_ pending: PendingWrite) throws(RouteFailure) -> Earlier? {
        do throws(TableError) {
            try pending.wait()
            return nil
        } catch {
            guard case .conditionFailed(let item) = error else { throw RouteFailure(error) }
            guard let item, let earlier = earlier(item) else {
                throw RouteFailure(.storageFailed, cause: "a claim without its attributes")
            }
            // A retry after a lost answer meets what its own first attempt wrote.
            return earlier.turnId == turnId ? nil : earlier
        }
    }

    /// The claim as it is stored; `nil` where the message is new.
    func earlier(deadline: Timestamp) throws(RouteFailure) -> Earlier? {
        do throws(TableError) {
            let items = try table.newest(user: user, prefix: key, upTo: key, limit: 1, deadline: deadline).wait()
            return items.first.flatMap(earlier)
        } catch {
            throw RouteFailure(error)
        }
    }

    private func earlier(_ item: Item) -> Earlier? {
        guard let turnId = item[A.turnId]?.text else { return nil }
        return Earlier(
            turnId: turnId,
            leaseUntil: item[A.leaseUntil]?.integer ?? 0,
            digest: item[A.digest]?.text ?? digest
        )
    }

    /// Takes over a claim whose lease is over: of several that try, one succeeds.
    func takeOver(_ earlier: Earlier, deadline: Timestamp) throws(RouteFailure) -> Bool {
        do throws(TableError) {
            try table.update(
                user: user,
                key: key,
                set: "#\(A.leaseUntil) = :mine",
                condition: "#\(A.leaseUntil) = :theirs",
                values: ["mine": .number(leaseUntil), "theirs": .number(earlier.leaseUntil)],
                deadline: deadline
            ).wait()
            return true
        } catch {
            guard case .conditionFailed(let item) = error else { throw RouteFailure(error) }
            return item?[A.leaseUntil]?.integer == leaseUntil
        }
    }

    /// Ends the lease, so that the message can be sent again at once. When that fails, it ends by itself.
    func release(deadline: Timestamp) throws(TableError) {
        try table.update(
            user: user,
            key: key,
            set: "#\(A.leaseUntil) = :none",
            condition: "#\(A.leaseUntil) = :mine",
            values: ["none": .number(0), "mine": .number(leaseUntil)],
            deadline: deadline
        ).wait()
    }
}
