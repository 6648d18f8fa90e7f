package import Diagnostics

/// Where each value of the spec was written, by key path: `routes.sendMessage.timeout`, `tools[0].name`.
package struct SpecSourceMap: Sendable, Equatable {
    private var values: [String: SourceRange] = [:]
    private var keys: [String: SourceRange] = [:]

    package init() {}

    /// Of the value, or of the nearest value around it that was written; `nil` for a path of which no part was.
    package func range(of path: String) -> SourceRange? {
        nearest(path) { values[$0] }
    }

    /// Of the key itself, or as `range(of:)`.
    package func keyRange(of path: String) -> SourceRange? {
        nearest(path) { keys[$0] ?? values[$0] }
    }

    /// Whether the user wrote this very value, in the base or in the stage.
    package func contains(_ path: String) -> Bool { values[path] != nil }

    mutating func set(_ path: String, value: SourceRange, key: SourceRange?) {
        values[path] = value
        keys[path] = key
    }

    private func nearest(_ path: String, _ find: (String) -> SourceRange?) -> SourceRange? {
        find(path) ?? SpecPath.ancestors(of: path).lazy.compactMap(find).first ?? find("")
    }
}
