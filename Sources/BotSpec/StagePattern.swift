import Diagnostics

/// A key of `stages` that stands for many: `pr-*` is every stage whose name begins with `pr-`. Such stages are
/// previews: they come and go with the branches that they show.
package struct StagePattern: Sendable, Equatable {
    /// `pr-`
    package let prefix: String

    /// `pr-*`
    package var text: String { prefix + "*" }

    /// A stage that the pattern stands for: long enough that the names of real ones fit if its names do.
    package var sample: String { prefix + "99999" }

    /// - Returns: `nil` for the name of one stage.
    package init?(_ key: String) {
        guard key.hasSuffix("*") else { return nil }
        prefix = String(key.dropLast())
    }

    /// A lower-case letter first, a hyphen last, so that `pr*` never takes in `prod`.
    var isWellFormed: Bool { prefix.hasSuffix("-") && NameRules.isName(prefix + "0") }

    package func matches(_ stage: String) -> Bool { stage.count > prefix.count && stage.hasPrefix(prefix) }

    /// The key whose values a stage takes: its own, else that of the longest pattern.
    static func key(for stage: String, among keys: [String]) -> String? {
        if keys.contains(stage) { return stage }
        return keys.filter { StagePattern($0)?.matches(stage) ?? false }.max { $0.utf8.count < $1.utf8.count }
    }
}

extension SpecResult {
    /// As it is for what makes or changes a stage: there an unlisted one is no accident to work around, and an error.
    package var requiringListedStage: SpecResult {
        guard !isStageListed,
            let index = diagnostics.firstIndex(where: { $0.code == SpecCode.stageUnlisted.rawValue })
        else { return self }
        var result = self
        result.diagnostics[index].severity = .error
        result.spec = nil
        return result
    }
}
