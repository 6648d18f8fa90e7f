/// How long to wait between two looks at a stack: short at first and after news, longer while nothing happens.
package struct PollingSchedule: Sendable, Equatable {
    /// CloudFormation allows a few calls a second for each account; a small stack is done within seconds.
    package static let shortest = Duration.milliseconds(100)
    package static let longest = Duration.seconds(3)
    /// After news more news is likely soon, but not at once.
    package static let afterNews = Duration.milliseconds(800)

    private var wait = shortest
    /// Of one wait over the one before, in percent.
    private let growth: Int

    /// - Parameter growth: of one wait over the one before, in percent.
    package init(growth: Int = 150) { self.growth = growth }

    /// - Parameter news: the last look showed something new.
    package mutating func next(news: Bool) -> Duration {
        if news { wait = min(wait, Self.afterNews) }
        defer { wait = min(wait * growth / 100, Self.longest) }
        return wait
    }
}
