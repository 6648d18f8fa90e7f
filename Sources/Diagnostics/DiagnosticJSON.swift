import FoundationEssentials

extension DiagnosticReport {
    /// The report as JSON: sorted keys, two spaces, final newline. Strings and integers always encode.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
