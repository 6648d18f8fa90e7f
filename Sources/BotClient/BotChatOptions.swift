extension BotChat {
    public struct Options: Sendable {
        /// Where token, chat and unsent messages outlive the app; nowhere without one.
        public var store: (any ChatStore)?
        /// The customer's token, for `auth.mode: signed` and `jwt`: asked for at each connect that the bot's own token
        /// does not serve. A visitor has none.
        public var token: (@Sendable () async throws -> String)?
        public var connector: any BotSocketConnector
        public var clock: any BotClock
        /// 0 to 1, for jitter.
        public var random: @Sendable () -> Double
        /// 1 to 64 of `A-Z a-z 0-9 - _`, new each time.
        public var newId: @Sendable () -> String

        public init(
            store: (any ChatStore)? = nil,
            token: (@Sendable () async throws -> String)? = nil,
            connector: any BotSocketConnector = URLSessionConnector(),
            clock: any BotClock = SystemBotClock(),
            random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
            newId: @escaping @Sendable () -> String = randomId
        ) {
            self.store = store
            self.token = token
            self.connector = connector
            self.clock = clock
            self.random = random
            self.newId = newId
        }

        /// 128 bits by chance.
        public static let randomId: @Sendable () -> String = {
            [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)].map { String($0, radix: 36) }.joined()
        }
    }
}
