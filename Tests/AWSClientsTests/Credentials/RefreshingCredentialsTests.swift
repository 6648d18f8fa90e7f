import AWSCore
import Testing

@testable import AWSClients

@Suite struct RefreshingCredentialsTests {
    private let clock = ManualClock()

    /// A source whose n-th credentials are `AK<n>`, an hour long.
    private final class Source {
        var count = 0
        var lifetime: Duration = .seconds(3600)
        var fails = false
        let clock: ManualClock

        init(_ clock: ManualClock) { self.clock = clock }

        func fetch() throws(SessionError) -> Credentials {
            count += 1
            if fails { throw SessionError(.refusedCredentials, "no", nextStep: "wait") }
            return Credentials(
                accessKeyId: "AK\(count)",
                secretAccessKey: "S",
                expires: clock.now().advanced(by: lifetime)
            )
        }
    }

    private func make(_ source: Source) -> RefreshingCredentials {
        RefreshingCredentials(clock: clock) { () throws(SessionError) -> Credentials in try source.fetch() }
    }

    private func after(_ seconds: Int) { clock.time = Timestamp(seconds: 1_790_000_000 + Int64(seconds)) }

    @Test func fetchedOnceUntilFifteenMinutesBeforeTheEnd() throws {
        let source = Source(clock)
        let credentials = make(source)
        #expect(source.count == 0, "nothing is fetched before it is needed")
        for second in [0, 1, 1800, 2700] {
            after(second)
            #expect(try credentials.current().accessKeyId == "AK1", "after \(second) s")
        }
        after(2701)
        #expect(try credentials.current().accessKeyId == "AK2")
    }

    @Test func aFailureBetweenFifteenAndTenMinutesIsNobodys() throws {
        let source = Source(clock)
        let credentials = make(source)
        _ = try credentials.current()
        source.fails = true
        after(2750)
        #expect(try credentials.current().accessKeyId == "AK1")
        #expect(source.count == 2)
        after(2760)
        #expect(try credentials.current().accessKeyId == "AK1")
        #expect(source.count == 2, "not asked again within a minute")
        after(3000)
        #expect(try credentials.current().accessKeyId == "AK1")
        after(3061)
        #expect(throws: SessionError.self) { try credentials.current() }
        source.fails = false
        #expect(try credentials.current().accessKeyId == "AK1", "valid still, and asked a moment ago")
        after(3200)
        #expect(try credentials.current().accessKeyId == "AK5")
    }

    @Test func afterTheEndNothingOldIsGiven() throws {
        let source = Source(clock)
        let credentials = make(source)
        _ = try credentials.current()
        source.fails = true
        after(3600)
        for _ in 0..<2 {
            do {
                _ = try credentials.credentials()
                Issue.record("credentials after their end")
            } catch let error as AWSError {
                #expect(error.code == "credentials.refused")
                #expect(error.message == "no; wait")
                #expect(error.accessProblem == nil)
            }
        }
    }

    @Test func shortLivedOnesAreNotFetchedForEachCall() throws {
        let source = Source(clock)
        source.lifetime = .seconds(300)
        let credentials = make(source)
        for second in 0..<60 {
            after(second)
            #expect(try credentials.current().accessKeyId == "AK1")
        }
        after(60)
        #expect(try credentials.current().accessKeyId == "AK2")
    }

    @Test func whatIsOverWhenItComesIsRefused() {
        let source = Source(clock)
        source.lifetime = .zero
        let credentials = make(source)
        #expect {
            try credentials.current()
        } throws: {
            ($0 as? SessionError)?.code == .expiredCredentials
        }
    }

    @Test func withoutAnEndFetchedOnce() throws {
        var count = 0
        let credentials = RefreshingCredentials(clock: clock) {
            count += 1
            return Credentials(accessKeyId: "A", secretAccessKey: "S")
        }
        for day in 0..<30 {
            after(day * 86_400)
            _ = try credentials.current()
        }
        #expect(count == 1)
    }
}
