import TestSupport
import Testing

@testable import BotctlCommands

@Suite struct KeyDecoderTests {
    @Test(
        arguments: [
            ("a", [.text("a")]), ("é日🚢", [.text("é"), .text("日"), .text("🚢")]),
            ("\r", [.enter]), ("\n", [.enter]), ("\u{1B}\r", [.newline]), ("\t", [.tab]),
            ("\u{7F}\u{08}", [.backspace, .backspace]),
            ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
            ("\u{1B}OA\u{1B}OH\u{1B}OF", [.up, .home, .end]),
            ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~", [.home, .end, .home, .end, .home, .end]),
            ("\u{1B}[3~\u{1B}[3;5~", [.delete, .killWord]),
            ("\u{1B}[1;5C\u{1B}[1;3D\u{1B}[1;2C", [.wordRight, .wordLeft, .right]),
            ("\u{1B}b\u{1B}f\u{1B}d\u{1B}\u{7F}", [.wordLeft, .wordRight, .killWord, .killWordBack]),
            (
                "\u{01}\u{05}\u{0B}\u{15}\u{17}\u{19}\u{14}",
                [
                    .home, .end, .killToEnd, .killToStart, .killWordBack, .yank, .transpose,
                ]
            ),
            ("\u{03}\u{04}\u{0C}\u{12}\u{1A}", [.interrupt, .endOfInput, .clearScreen, .search, .suspend]),
            ("\u{1B}[200~a\rb\u{1B}[Ac\u{1B}[201~d", [.paste("a\rb\u{1B}[Ac"), .text("d")]),
            ("\u{1B}[200~\u{1B}\u{1B}[201~", [.paste("\u{1B}")]),
            ("\u{1B}[200~never ends\u{03}x", [.interrupt, .text("x")]),
            // What is not known is swallowed whole.
            ("\u{1B}[?1;2c\u{1B}[<0;3;4Mx\u{1B}OM", [.text("x"), .enter]),
            ("\u{1B}]0;title\u{07}x\u{1B}Pdata\u{1B}\\y", [.text("x"), .text("y")]),
            ("\u{1B}]0;never ends\u{03}x", [.interrupt, .text("x")]), ("\u{1B}éx", [.text("x")]),
            ("\u{1B}[1\rx", [.enter, .text("x")]), ("\u{1B}\u{1B}[A", [.escape, .up]),
        ] as [(String, [Key])]
    )
    func keys(_ typed: String, _ keys: [Key]) {
        var decoder = KeyDecoder()
        #expect(decoder.push(typed.utf8) == keys)
        #expect(!decoder.isUndecided)
        var slow = KeyDecoder()
        #expect(typed.utf8.flatMap { slow.push([$0]) } == keys)
    }

    @Test func anEscapeAloneIsAKeyAfterAMoment() {
        var decoder = KeyDecoder()
        #expect(decoder.push([0x1B]) == [] && decoder.isUndecided)
        #expect(decoder.settle() == [.escape] && decoder.settle() == [])
        #expect(decoder.push("[".utf8) == [.text("[")])
    }

    @Test(arguments: [[0xFF], [0xC3, 0x28], [0xC0, 0x80], [0xE2, 0x82], [0xF5, 0x80]] as [[UInt8]])
    func whatIsNoUTF8IsReplaced(_ bytes: [UInt8]) {
        var decoder = KeyDecoder()
        let keys = decoder.push(bytes + Array("ab".utf8))
        #expect(keys.first == .text("\u{FFFD}") && keys.last == .text("b"))
    }

    @Test func aPasteHasALimit() {
        var decoder = KeyDecoder()
        let keys = decoder.push(
            "\u{1B}[200~".utf8 + [UInt8](repeating: 0x61, count: 1_000_000) + "\u{1B}[201~x".utf8
        )
        guard case .paste(let text) = keys.first else {
            Issue.record("\(keys.prefix(1))")
            return
        }
        #expect(text.utf8.count == KeyDecoder.maximumPaste && keys.count == 2)
    }

    /// Whatever a terminal, or who writes to it, sends: no crash, bounded memory, and Ctrl-C still gets through.
    @Test func hostileBytes() {
        var generator = SeededGenerator(seed: 7)
        let pieces: [[UInt8]] = [
            [0x1B], [0x1B, 0x5B], Array("[200~".utf8), Array("\u{1B}[201~".utf8), [0x9B], [0xC3], [0xF0, 0x9F],
            Array("1;5".utf8), Array("~".utf8), [0x1B, 0x5D], [0x07], [0x0D], Array("x日".utf8),
        ]
        for _ in 0..<5000 {
            var decoder = KeyDecoder()
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                let bytes =
                    Bool.random(using: &generator)
                    ? pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                    : [UInt8.random(in: .min ... .max, using: &generator)]
                for case .text(let text) in decoder.push(bytes) {
                    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
                }
            }
            #expect((decoder.settle() + decoder.push([0x03])).contains(.interrupt))
        }
    }
}
