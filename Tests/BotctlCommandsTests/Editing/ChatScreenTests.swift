import BotContract
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct ChatScreenTests {
    private func screen() -> ChatScreen {
        ChatScreen(size: (40, 10), style: .plain, history: LineHistory())
    }

    private func press(_ screen: inout ChatScreen, _ keys: Key...) -> ChatScreen.Effect {
        keys.map { screen.press($0).effect }.last ?? .none
    }

    private static let asked = BotContract.Confirmation(
        id: "01HZ",
        tool: "cancel",
        input: #"{"order":"A-1"}"#,
        expiresAt: 1
    )

    private func reply(_ confirmation: BotContract.Confirmation? = nil) -> ChatEvent {
        .reply(ChatReply(text: "Shall I?", citations: [], confirmation: confirmation), streamed: "")
    }

    @Test func effects() {
        var screen = screen()
        #expect(press(&screen, .text("hi"), .enter) == .submitted)
        #expect(press(&screen, .enter) == .none && press(&screen, .text("  "), .enter) == .none)
        #expect(press(&screen, .text("x"), .interrupt) == .none && press(&screen, .interrupt) == .leave(.interrupted))
        #expect(press(&screen, .endOfInput) == .leave(.done))
        #expect(press(&screen, .text("/quit "), .enter) == .leave(.done))
        #expect(press(&screen, .suspend) == .suspend)
        #expect(screen.nextLine()?.line == "hi" && screen.nextLine() == nil)
        _ = screen.end()
        #expect(press(&screen, .interrupt) == .none && screen.show(.help) == "" && screen.redraw() == "")
    }

    @Test func linesOfBeforeAreNoAnswerToAQuestion() {
        var screen = screen()
        _ = press(&screen, .text("cancel"), .enter, .text("y"), .enter, .text("half"))
        #expect(screen.nextLine()?.line == "cancel")
        _ = screen.show(reply(Self.asked))
        #expect(screen.queue == [] && screen.editor.text == "y\nhalf")
        #expect(screen.redraw().contains("Run it? [y/N] y"))
    }

    @Test func aQuestionStaysUntilItIsAnswered() {
        var screen = screen()
        let shown = screen.show(reply(Self.asked))
        #expect(shown.contains(#"The bot asks to run cancel"#) && shown.contains(#"{"order":"A-1"}"#))
        _ = press(&screen, .text("/help"), .enter)
        #expect(screen.nextLine()?.line == "/help" && screen.redraw().contains("Run it?"))
        #expect(press(&screen, .enter) == .submitted, "an empty line declines")
        #expect(screen.nextLine()?.line == "" && !screen.redraw().contains("Run it?"))
    }

    /// What others say must not steer the terminal.
    @Test func hostileTexts() {
        let evil = "\u{1B}]0;x\u{7}\u{1B}[2J\u{9B}31m\r\u{8}"
        var screen = screen()
        let citation = Citation(id: evil, title: evil, file: evil)
        let confirmation = BotContract.Confirmation(id: evil, tool: evil, input: evil, expiresAt: 1)
        let message = ChatMessage(id: "i", messageId: "m", role: .customer, text: evil, createdAt: 1)
        let events: [ChatEvent] = [
            .welcome(chatId: "c", history: [message]), .delta(evil), .earlier([message]), .handedOff(message: evil),
            .reply(
                ChatReply(text: evil, citations: [citation], confirmation: confirmation, handoff: evil),
                streamed: "other"
            ),
            .failed(.bot(code: evil, message: evil, retryAfter: nil)), .misused(evil),
            .reconnecting(attempt: 1, after: .seconds(2), reason: evil),
        ]
        for event in events {
            let drawn = screen.show(event)
            #expect(!drawn.contains("\u{7}") && !drawn.contains("\u{9B}") && !drawn.contains("\u{8}"))
            #expect(!drawn.contains("\u{1B}]") && !drawn.contains("\u{1B}[2J"))
        }
    }

    /// A block that was drawn in a wider terminal is taken away whole.
    @Test func aNarrowerTerminalFoldsWhatIsDrawn() {
        var screen = LiveScreen()
        let block = LiveScreen.Block(rows: [String(repeating: "a", count: 30), "> b"], row: 1, column: 3)
        #expect(screen.draw(below: block, columns: 40).hasSuffix("\r\u{1B}[3C"))
        #expect(screen.erase(columns: 10) == "\u{1B}[3A\r\u{1B}[J")
        #expect(screen.erase(columns: 10) == "")
    }

    @Test func aSmallTerminalShowsTheLineThatIsTyped() {
        var screen = ChatScreen(size: (10, 2), style: .plain, history: LineHistory())
        _ = screen.show(.delta("a long reply "))
        _ = press(&screen, .paste("1\n2\n3\n4"))
        let drawn = screen.redraw()
        #expect(drawn.contains("4") && drawn.split(separator: "\r\n").count <= 2)
    }
}
