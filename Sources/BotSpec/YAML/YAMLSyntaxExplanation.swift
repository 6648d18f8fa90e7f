import CYAML
import Diagnostics

/// Says what libyaml found in the words of someone who has to repair the file. libyaml gives its problems as
/// texts only; they are known here and nowhere else.
enum YAMLSyntaxExplanation {
    static func failure(of parser: yaml_parser_t, in source: YAMLSource) -> YAMLFailure {
        let problem = parser.problem.map { String(cString: $0) } ?? "the text is not YAML"
        let context = parser.context.map { String(cString: $0) } ?? ""
        var index = Int(parser.problem_mark.index)
        if parser.error == YAML_READER_ERROR { index = 0 }
        // An unclosed quote is found at the end of the file; the place to look at is where it opens.
        if context == "while scanning a quoted scalar" { index = Int(parser.context_mark.index) }
        if let tab = source.isTabIndented(index) {
            return YAMLFailure(
                code: .tabIndentation,
                message: "a tab indents this line",
                range: SourceRange(
                    file: source.file,
                    start: tab,
                    end: SourcePosition(line: tab.line, column: tab.column + 1)
                ),
                fix: "indent with spaces: YAML allows no tabs there"
            )
        }
        let (message, fix) = explanation(problem: problem, context: context)
        return YAMLFailure(code: .yamlSyntax, message: message, range: source.range(index, index + 1), fix: fix)
    }

    private static func explanation(problem: String, context: String) -> (message: String, fix: String) {
        switch (problem, context) {
        case (_, "while scanning a quoted scalar"):
            ("the quote that opens here is not closed", "close it with the same quote")
        case (_, "while parsing a quoted scalar"):
            ("a backslash here begins no known escape", "use single quotes, or write the backslash twice")
        case ("mapping values are not allowed in this context", _):
            ("a `key:` is not allowed here", "put the text in quotes if its colon belongs to it, or start a new line")
        case ("did not find expected key", _):
            ("this does not continue the map above", "align it with the keys of its map")
        case ("did not find expected '-' indicator", _):
            ("this does not continue the list above", "align it with the list's other `-`")
        case ("could not find expected ':'", _):
            ("a key without a colon", "write `key: value`")
        case ("found character that cannot start any token", _):
            ("a value cannot begin with this character", "put the value in quotes")
        case ("did not find expected ',' or ']'", _):
            ("the list that is open here lacks a `,` or `]`", "separate its items by commas and close it with `]`")
        case ("did not find expected ',' or '}'", _):
            ("the map that is open here lacks a `,` or `}`", "separate its entries by commas and close it with `}`")
        case ("block sequence entries are not allowed in this context", _):
            ("a list item is not allowed here", "put the `-` on a line of its own, or the text in quotes")
        case ("did not find expected node content", _):
            (
                "a value is missing here, or cannot begin like this",
                "write the value, in quotes if it begins with a sign"
            )
        case ("found unexpected document indicator", _):
            ("a document marker inside a value", "indent it, or close the quote above")
        case ("found undefined tag handle", _):
            ("a tag that is not defined", "delete the tag, or put the text in quotes")
        default:
            (context.isEmpty ? problem : "\(problem), \(context)", "correct the YAML here")
        }
    }
}
