import BotContract
import Operations
import TestSupport
import Testing

@Suite struct TalkTests {
    /// A chat is left, and gone on with by another process: the same visitor, the same chat.
    @Test func aChatIsResumed() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let fixture = Fixture()
        fixture.environment["XDG_STATE_HOME"] = folder.path
        try fixture.deploy()
        func talk(resumes: Bool, identity: Talk.Identity = .remembered) throws {
            let session = try Talk.session(
                fixture.context,
                identity: identity,
                resumes: resumes,
                fixture.host,
                emit: { _ in }
            )
            try session.connect()
            session.close()
        }
        fixture.bot.received = []
        try talk(resumes: true)
        try talk(resumes: true)
        try talk(resumes: false)
        try talk(resumes: true, identity: .new)
        #expect(
            fixture.bot.received == [
                .hello(chatId: nil), .hello(chatId: "c1"), .hello(chatId: nil), .hello(chatId: nil),
            ]
        )
        #expect(fixture.bot.urls.suffix(4).map { $0.contains("token=t1") } == [false, true, true, false])
    }
}
