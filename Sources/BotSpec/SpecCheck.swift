import BotContract
import Diagnostics

/// Checks a parsed spec: the base by itself, and with every stage merged in, so that one run finds everything.
struct SpecCheck {
    let files: ProjectFiles
    let file: String
    let stage: String
    let overrides: SpecOverrides

    /// Every run checks the whole spec once for each stage.
    private static let maximumStages = 50

    private struct Variant {
        var name: String
        var root: YAMLNode
        var isDeclared: Bool
    }

    func run(_ root: YAMLNode?, problems: [YAMLFailure], into result: inout SpecResult) {
        var collected = DiagnosticSet()
        for problem in problems { collected.insert(Diagnostic(problem)) }
        defer { result.diagnostics = collected.all.sortedByPosition() }
        guard let root, case .mapping(let entries) = root.content else {
            let place = SourcePosition(line: 1, column: 1)
            collected.insert(
                Diagnostic(
                    code: SpecCode.notAMap.rawValue,
                    message: root.map { $0.isNull ? "the file is empty" : "the spec must be a map, not \($0.kind)" }
                        ?? "the file is empty",
                    range: root?.range ?? SourceRange(file: file, start: place, end: place),
                    fix: "begin with `version: 1`, or run `botctl init`"
                )
            )
            return
        }
        let setup = Findings()
        let stages = declaredStages(entries, setup)
        result.stages = stages.map(\.key)
        checkSelection(result.stages, entries, setup)
        for finding in setup.all { collected.insert(finding.diagnostic) }

        var base = root
        base.content = .mapping(entries.filter { $0.key != "stages" })
        let selected =
            stages.first { $0.key == stage }.map { variant($0, base) }
            ?? Variant(name: stage, root: base, isDeclared: false)
        let (spec, findings) = check(selected, stages)
        for finding in findings.all { collected.insert(finding.diagnostic) }
        result.sourceMap = findings.sourceMap

        for other in stages where other.key != stage {
            for finding in check(variant(other, base), stages).findings.all {
                var diagnostic = finding.diagnostic
                if !finding.isLocal, !collected.contains(diagnostic) {
                    diagnostic.message += " in stage `\(other.key)`"
                }
                collected.insert(diagnostic)
            }
        }
        // A value of the base that every stage replaces is still checked, by itself.
        if selected.isDeclared {
            let alone = check(Variant(name: stage, root: base, isDeclared: true), stages).findings
            for finding in alone.all where finding.isLocal { collected.insert(finding.diagnostic) }
        }
        result.spec = collected.all.contains { $0.severity == .error } ? nil : spec
    }

    private func check(_ variant: Variant, _ stages: [YAMLEntry]) -> (spec: BotSpec?, findings: Findings) {
        let findings = Findings()
        for entry in stages {
            findings.sourceMap.set("stages.\(entry.key)", value: entry.value.range, key: entry.keyRange)
        }
        let decoder = SpecDecoder(
            files: files,
            findings: findings,
            stage: variant.name,
            regionOverride: overrides.region
        )
        guard let spec = decoder.spec(from: variant.root) else { return (nil, findings) }
        let context = RuleContext(
            spec: spec,
            findings: findings,
            isRegionOverridden: overrides.region != nil,
            isStageDeclared: variant.isDeclared
        )
        for rule in Rule.all { rule.check(context) }
        return (spec, findings)
    }

    private func variant(_ stage: YAMLEntry, _ base: YAMLNode) -> Variant {
        Variant(name: stage.key, root: StageMerge.merge(stage.value, over: base), isDeclared: true)
    }

    /// The stages whose values are maps; what else is wrong with them is reported.
    private func declaredStages(_ entries: [YAMLEntry], _ findings: Findings) -> [YAMLEntry] {
        guard let stages = entries.first(where: { $0.key == "stages" }), !stages.value.isNull else { return [] }
        guard let map = MapReader(stages.value, at: "stages", keys: nil, key: stages.keyRange, findings: findings)
        else { return [] }
        guard case .mapping(let list) = stages.value.content else { return [] }
        if list.count > Self.maximumStages {
            findings.report(
                .stageCount,
                "\(list.count) stages are more than the \(Self.maximumStages) that a spec can list",
                at: stages.keyRange,
                fix: "delete \(list.count - Self.maximumStages) of them: stages that change nothing need no entry"
            )
        }
        return list.prefix(Self.maximumStages).compactMap { entry in
            var stage = entry
            // A stage with nothing of its own is written without a value.
            if stage.value.isNull { stage.value.content = .mapping([]) }
            guard case .mapping(let values) = stage.value.content else {
                _ = MapReader(
                    entry.value,
                    at: map.path(of: entry.key),
                    keys: SpecKeys.stage,
                    key: nil,
                    findings: findings
                )
                return nil
            }
            for value in values where SpecKeys.notInStage.contains(value.key) {
                findings.report(
                    .keyNotInStage,
                    "a stage cannot change `\(value.key)`",
                    at: value.keyRange,
                    fix: value.key == "name" ? "delete it: the stage's name is added to the bot's" : "delete it"
                )
            }
            stage.value.content = .mapping(values.filter { !SpecKeys.notInStage.contains($0.key) })
            return stage
        }
    }

    /// Any stage name will do, so that every branch can have its own; one letter off a listed stage is no accident.
    private func checkSelection(_ stages: [String], _ entries: [YAMLEntry], _ findings: Findings) {
        guard !stages.contains(stage), let near = Suggestion.nearest(to: stage, among: stages) else { return }
        findings.report(
            .warning,
            .stageMisspelt,
            "the spec lists no stage `\(MapReader.shortened(stage))`, but `\(near)`: the base is used",
            at: entries.first { $0.key == "stages" }?.keyRange,
            fix: "run with --stage \(near), unless you mean another stage"
        )
    }
}

/// Diagnostics, each once.
private struct DiagnosticSet {
    private(set) var all: [Diagnostic] = []
    private var seen: Set<Key> = []

    private struct Key: Hashable {
        var code: String
        var range: SourceRange?
        var message: String
    }

    private func key(_ diagnostic: Diagnostic) -> Key {
        Key(code: diagnostic.code, range: diagnostic.range, message: diagnostic.message)
    }

    func contains(_ diagnostic: Diagnostic) -> Bool { seen.contains(key(diagnostic)) }

    mutating func insert(_ diagnostic: Diagnostic) {
        if seen.insert(key(diagnostic)).inserted { all.append(diagnostic) }
    }
}
