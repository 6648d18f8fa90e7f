import Diagnostics

/// One thing that must hold, judged in one place.
struct Rule: Sendable {
    let code: SpecCode
    let check: @Sendable (RuleContext) -> Void

    init(_ code: SpecCode, _ check: @escaping @Sendable (RuleContext) -> Void) {
        self.code = code
        self.check = check
    }

    static let all: [Rule] =
        NameRules.all + TagRules.all + PromptRules.all + ModelRules.all + EmbeddingRules.all + HistoryRules.all
        + LimitRules.all
        + TableRules.all + RouteRules.all + HandlerRules.all + FunctionRules.all + EnvironmentRules.all
        + AuthRules.all + HandoffRules.all + ToolRules.all + GuardrailRules.all + AlarmRules.all
        + ObservabilityRules.all + BuildRules.all + ThrottlingRules.all
}

/// What a rule sees: the spec with one stage merged in, and where its values are.
struct RuleContext {
    let spec: BotSpec
    let findings: Findings
    /// The region came from the command line: the file is not to blame for it.
    let isRegionOverridden: Bool
    /// Under which the spec lists the stage: its name, or a pattern; `nil` where it does not.
    let stageKey: String?

    /// Whether the user wrote a value at this path.
    func wrote(_ path: String) -> Bool { findings.sourceMap.contains(path) }

    /// Reports about the value at `path`; nothing if this value or a related one could not be read.
    /// - Parameter related: paths of the other values that the rule compares; not empty makes it a rule about how
    ///   values go together.
    func report(
        _ severity: Diagnostic.Severity,
        _ code: SpecCode,
        _ message: String,
        at path: String,
        fix: String,
        related: [String] = [],
        onKey: Bool = false
    ) {
        guard findings.areSound([path] + related) else { return }
        findings.report(
            severity,
            code,
            message,
            at: range(of: path, onKey: onKey),
            fix: fix,
            isLocal: related.isEmpty && wrote(path)
        )
    }

    /// Reports an error.
    func report(
        _ code: SpecCode,
        _ message: String,
        at path: String,
        fix: String,
        related: [String] = [],
        onKey: Bool = false
    ) {
        report(.error, code, message, at: path, fix: fix, related: related, onKey: onKey)
    }

    /// Reports unless the number is in the range.
    func require<Number: Comparable>(
        _ number: Number,
        in range: ClosedRange<Number>,
        _ code: SpecCode,
        _ what: String,
        at path: String
    ) {
        guard !range.contains(number) else { return }
        let isBelow = number < range.lowerBound
        report(
            code,
            "\(what) must be \(range.lowerBound) to \(range.upperBound), not \(number)",
            at: path,
            fix: isBelow ? "write \(range.lowerBound) or more" : "write \(range.upperBound) or less"
        )
    }

    private func range(of path: String, onKey: Bool) -> SourceRange? {
        if path == "region", isRegionOverridden { return nil }
        if path == "stage" { return stageKey.flatMap { findings.sourceMap.keyRange(of: "stages.\($0)") } }
        return wrote(path) && !onKey ? findings.sourceMap.range(of: path) : findings.sourceMap.keyRange(of: path)
    }
}
