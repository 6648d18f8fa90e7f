/// A place in a file: line and column count from 1, columns in Unicode scalars.
package struct SourcePosition: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A stretch of a file; `end` is exclusive.
package struct SourceRange: Sendable, Hashable {
    /// As the user would type it, relative to the project's folder.
    package var file: String
    package var start: SourcePosition
    package var end: SourcePosition

    package init(file: String, start: SourcePosition, end: SourcePosition) {
        self.file = file
        self.start = start
        self.end = end
    }
}

/// One thing that botctl has to say about the user's input: what, where, why and the way out.
package struct Diagnostic: Sendable, Equatable {
    package enum Severity: String, Sendable { case error, warning }

    package var severity: Severity
    /// Stable, searchable: `BOT104`.
    package var code: String
    /// One sentence without a full stop.
    package var message: String
    package var range: SourceRange?
    /// What to do next, imperative: `write 29 or less`.
    package var fix: String

    package init(
        _ severity: Severity = .error,
        code: String,
        message: String,
        range: SourceRange?,
        fix: String
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.range = range
        self.fix = fix
    }
}
