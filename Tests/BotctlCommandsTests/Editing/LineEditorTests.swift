import TestSupport
import Testing

@testable import BotctlCommands

@Suite struct LineEditorTests {
    private func typed(_ keys: [Key], history: [String] = [], completions: [String] = []) -> LineEditor {
        var lines = LineHistory()
        for line in history { lines.add(line) }
        var editor = LineEditor(history: lines, completions: completions)
        for key in keys { _ = editor.take(key) }
        return editor
    }

    /// The text, with a bar where the cursor is.
    private func shown(_ editor: LineEditor) -> String {
        String(editor.characters[..<editor.cursor]) + "|" + String(editor.characters[editor.cursor...])
    }

    @Test(
        arguments: [
            ([.text("ab"), .left, .text("x")], "ax|b"), ([.text("ab"), .home, .delete], "|b"),
            ([.text("ab"), .home, .left, .left, .backspace], "|ab"), ([.text("ab"), .right, .delete], "ab|"),
            ([.text("one two"), .wordLeft, .wordLeft, .wordRight], "one| two"),
            ([.text("one  two "), .killWordBack], "one  |"),
            ([.text("one two"), .killWordBack, .yank, .yank], "one twotwo|"),
            ([.text("one two"), .home, .killWord, .end, .yank], " twoone|"),
            ([.text("one two"), .wordLeft, .killToEnd], "one |"),
            ([.text("one two"), .wordLeft, .killToStart], "|two"),
            ([.text("ab"), .transpose], "ba|"), ([.text("abc"), .left, .left, .transpose], "ba|c"),
            ([.text("a"), .transpose], "a|"), ([.transpose, .yank, .killToEnd], "|"),
            ([.text("日本"), .backspace], "日|"), ([.text("👨‍👩‍👧"), .backspace], "|"),
            ([.text("e"), .text("\u{301}"), .backspace], "|"), ([.text("x"), .left, .text("\u{301}")], "\u{301}|x"),
            ([.paste("a\r\nb\rc\td\u{1B}[31m\u{202F}")], "a\nb\nc    d[31m\u{202F}|"),
            ([.paste("ab\ncd"), .up, .text("x")], "abx|\ncd"), ([.paste("a\nbcd"), .up, .home], "|a\nbcd"),
            ([.paste("abc\nd"), .up, .down, .text("x")], "abc\ndx|"),
            ([.paste("ab\ncd"), .home, .killToEnd], "ab\n|"), ([.paste("ab\ncd"), .up, .end, .killToEnd], "ab|cd"),
            ([.text("x"), .interrupt], "|"), ([.text("ab"), .left, .endOfInput], "a|"), ([.text("a"), .escape], "a|"),
            ([.text("/fe"), .tab], "/feedback |"), ([.text("/h"), .tab], "/h|"), ([.text("fe"), .tab], "fe|"),
        ] as [([Key], String)]
    )
    func editing(_ keys: [Key], _ text: String) {
        #expect(shown(typed(keys, completions: ["/feedback", "/help", "/handoff"])) == text)
    }

    @Test(
        arguments: [
            ([.up], "two|"), ([.up, .up], "one|"), ([.up, .up, .up], "one|"), ([.up, .up, .down], "two|"),
            ([.text("draft"), .up, .down], "draft|"), ([.text("draft"), .down], "draft|"),
            ([.up, .text("!"), .up], "two|"), ([.search, .text("O")], "two|"),
            ([.search, .text("o"), .search], "one|"), ([.search, .text("o"), .search, .search], "one|"),
            ([.text("d"), .search, .text("none")], "d|"), ([.search, .text("on"), .escape], "|"),
            ([.text("d"), .search, .text("on"), .interrupt], "d|"),
            ([.search, .text("on"), .end, .text("x")], "onex|"),
            ([.search, .text("nex"), .backspace, .left], "on|e"),
        ] as [([Key], String)]
    )
    func lookingBack(_ keys: [Key], _ text: String) {
        #expect(shown(typed(keys, history: ["one", "two"])) == text)
    }

    @Test func actions() {
        var editor = LineEditor()
        #expect(editor.take(.interrupt) == .interrupted && editor.take(.endOfInput) == .ended)
        #expect(editor.take(.text("x")) == .edited && editor.take(.interrupt) == .edited)
        #expect(editor.take(.clearScreen) == .clearScreen && editor.take(.suspend) == .suspend)
        _ = editor.take(.paste("a\nb"))
        #expect(editor.take(.enter) == .submitted("a\nb") && editor.characters.isEmpty)
        #expect(editor.take(.enter) == .submitted("") && editor.history.lines == ["a\nb"])
        _ = editor.take(.search)
        _ = editor.take(.text("a"))
        #expect(editor.take(.enter) == .submitted("a\nb") && editor.search == nil)
        editor.prepend("first")
        #expect(shown(editor) == "first|")
        editor.prepend("zero")
        #expect(shown(editor) == "zero\nfirst|")
    }

    @Test func theHistoryAsAFile() {
        var history = LineHistory()
        for line in ["a\nb", "c\\n", "d", "d", "", "\r"] { history.add(line) }
        #expect(history.lines == ["a\nb", "c\\n", "d", "\r"])
        #expect(LineHistory(file: history.file) == history)
        for number in 0..<1000 { history.add("\(number)") }
        #expect(history.lines.count == LineHistory.maximumLines && history.lines.last == "999")
        #expect(LineHistory(file: "half\\").lines == ["half"])
    }

    private static let keys: [Key] = [
        .text("a"), .text("日"), .text("\u{301}"), .text("👨‍👩‍👧"), .text(" "), .text("\u{200D}"), .text("🇩"), .text("🇪"),
        .paste("x\r\ny\u{7}\tz"), .newline, .enter, .tab, .backspace, .delete, .left, .right, .up, .down, .home, .end,
        .wordLeft, .wordRight, .killToEnd, .killToStart, .killWordBack, .killWord, .yank, .transpose, .search, .escape,
        .interrupt, .endOfInput, .clearScreen, .suspend,
    ]

    /// Thousands of random keys: the cursor stays in the text, the text holds nothing that steers a terminal, and the
    /// drawn cursor is where the layout says, within the screen.
    @Test func randomKeys() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<60 {
            var editor = LineEditor(completions: ["/help"])
            let columns = Int.random(in: 8...40, using: &generator)
            for _ in 0..<300 {
                let key = Self.keys[Int.random(in: 0..<Self.keys.count, using: &generator)]
                let before = editor
                let action = editor.take(key)
                #expect((0...editor.characters.count).contains(editor.cursor))
                #expect(editor.characters == Array(editor.text), "the text is made of whole characters")
                #expect(editor.text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
                if case .submitted(let line) = action, before.search == nil { #expect(line == before.text) }
                let layout = EditorLayout(
                    prompt: "> ",
                    characters: editor.characters,
                    cursor: editor.cursor,
                    columns: columns,
                    maximumRows: 5
                )
                #expect(layout.rows.count <= 5 && layout.rows.indices.contains(layout.row))
                #expect(layout.rows.allSatisfy { displayWidth($0) <= columns } && layout.column <= columns)
                if editor.characters.count > 400 { editor = LineEditor(history: editor.history) }
            }
        }
    }

    @Test func layouts() {
        func layout(_ text: String, at cursor: Int, columns: Int = 10, rows: Int = 9) -> EditorLayout {
            EditorLayout(
                prompt: "> ",
                characters: Array(text),
                cursor: cursor,
                columns: columns,
                maximumRows: rows
            )
        }
        var drawn = layout("0123456789", at: 9)
        #expect(drawn.rows == ["> 01234567", "  89"] && drawn.row == 1 && drawn.column == 3)
        drawn = layout("01234567", at: 8)
        #expect(drawn.rows == ["> 01234567", "  "] && drawn.row == 1 && drawn.column == 2)
        drawn = layout("0123456日本", at: 7)
        #expect(drawn.rows == ["> 0123456", "  日本"] && drawn.row == 1 && drawn.column == 2)
        drawn = layout("a\n\nb", at: 2)
        #expect(drawn.rows == ["> a", "  ", "  b"] && drawn.row == 1 && drawn.column == 2)
        drawn = layout("a\nb\nc\nd\ne", at: 9, rows: 2)
        #expect(drawn.rows == ["  d", "  e"] && drawn.row == 1)
    }
}
