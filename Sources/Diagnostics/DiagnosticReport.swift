/// Diagnostics as a value for output: the JSON form is this value encoded, the human form is made from it, so
/// that the two cannot say different things.
package struct DiagnosticReport: Encodable, Sendable, Equatable {
    /// Raised when a field changes its meaning or goes away.
    package static let currentFormatVersion = 1

    package struct Position: Encodable, Sendable, Equatable {
        package var line: Int
        package var column: Int
    }

    package struct Entry: Encodable, Sendable, Equatable {
        package var severity: String
        package var code: String
        package var message: String
        package var fix: String
        /// Absent when the diagnostic is about nothing in a file, a command line argument for example.
        package var file: String?
        package var start: Position?
        /// Exclusive.
        package var end: Position?
        /// The text of the line that `start` is on.
        package var source: String?
    }

    package var formatVersion: Int
    package var errors: Int
    package var warnings: Int
    package var diagnostics: [Entry]

    /// - Parameter sourceText: the text of a file that diagnostics name, or `nil` where it is not known; the
    ///   excerpt is then left out.
    package init(_ diagnostics: [Diagnostic], sourceText: (_ file: String) -> String? = { _ in nil }) {
        formatVersion = Self.currentFormatVersion
        errors = diagnostics.count { $0.severity == .error }
        warnings = diagnostics.count { $0.severity == .warning }
        var lines: [String: [Substring]] = [:]
        self.diagnostics = diagnostics.sortedByPosition().map { diagnostic in
            var source: String?
            if let range = diagnostic.range {
                if lines[range.file] == nil {
                    lines[range.file] = sourceText(range.file).map(SourceLines.split) ?? []
                }
                let known = lines[range.file] ?? []
                if known.indices.contains(range.start.line - 1) { source = String(known[range.start.line - 1]) }
            }
            return Entry(
                severity: diagnostic.severity.rawValue,
                code: diagnostic.code,
                message: diagnostic.message,
                fix: diagnostic.fix,
                file: diagnostic.range?.file,
                start: diagnostic.range.map { Position(line: $0.start.line, column: $0.start.column) },
                end: diagnostic.range.map { Position(line: $0.end.line, column: $0.end.column) },
                source: source
            )
        }
    }
}

extension [Diagnostic] {
    /// By file, position, then code; what has no place in a file comes first.
    package func sortedByPosition() -> [Diagnostic] {
        sorted { left, right in
            switch (left.range, right.range) {
            case (nil, nil): (left.code, left.message) < (right.code, right.message)
            case (nil, _?): true
            case (_?, nil): false
            case (let leftRange?, let rightRange?):
                (leftRange.file, leftRange.start, left.code, left.message)
                    < (rightRange.file, rightRange.start, right.code, right.message)
            }
        }
    }
}

enum SourceLines {
    /// Lines end at LF, CR LF or CR, as in the positions of diagnostics.
    static func split(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if scalar == "\n" || scalar == "\r" {
                lines.append(Substring(scalars[start..<index]))
                start =
                    scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
                    ? scalars.index(after: next) : next
                index = start
            } else {
                index = next
            }
        }
        lines.append(Substring(scalars[start...]))
        return lines
    }
}
