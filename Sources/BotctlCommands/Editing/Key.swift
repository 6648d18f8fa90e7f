/// What a press on the keyboard asks a line editor for, whatever bytes the terminal sends for it.
enum Key: Sendable, Equatable {
    /// What was typed, and is shown.
    case text(String)
    /// What came between the marks of a bracketed paste: nobody pressed Enter in it.
    case paste(String)
    case enter
    /// A new line within the text: Alt-Enter.
    case newline
    case tab
    case backspace
    case delete
    case left
    case right
    case up
    case down
    case home
    case end
    case wordLeft
    case wordRight
    case killToEnd
    case killToStart
    case killWordBack
    case killWord
    case yank
    case transpose
    case search
    case escape
    case clearScreen
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D.
    case endOfInput
    /// Ctrl-Z.
    case suspend
}
