import Diagnostics

/// Why a file could not be read as one YAML document.
struct YAMLFailure: Error {
    var code: SpecCode
    var message: String
    var range: SourceRange
    var fix: String
}
