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

    /// The stage that is meant when none is named.
    private static let defaultStage = "dev"

    private struct Variant {
        var name: String
        /// Under which the spec lists it; a pattern's is not its name.
        var key: String
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
        checkSelection(&result, entries, setup)
        for finding in setup.all { collected.insert(finding.diagnostic) }

        var base = root
        base.content = .mapping(entries.filter { $0.key != "stages" })
        let key = StagePattern.key(for: stage, among: result.stages)
        let selected =
            stages.first { $0.key == key }.map { variant($0, base, named: stage) }
            ?? Variant(name: stage, key: stage, root: base, isDeclared: false)
        let (spec, findings) = check(selected, stages)
        for finding in findings.all { collected.insert(finding.diagnostic) }
        result.sourceMap = findings.sourceMap

        for other in stages where other.key != key {
            let name = StagePattern(other.key)?.sample ?? other.key
            for finding in check(variant(other, base, named: name), stages).findings.all {
                var diagnostic = finding.diagnostic
                if !finding.isLocal, !collected.contains(diagnostic) {
                    diagnostic.message += " in stage `\(other.key)`"
                }
                collected.insert(diagnostic)
            }
        }
        // A value of the base that every stage replaces is still checked, by itself.
        if selected.isDeclared {
            let alone = check(Variant(name: stage, key: selected.key, root: base, isDeclared: true), stages).findings
            for finding in alone.all where finding.isLocal { collected.insert(finding.diagnostic) }
        }
        result.spec = collected.all.contains { $0.severity == .error } ? nil : spec
        result.spec?.pattern = selected.isDeclared ? StagePattern(selected.key) : nil
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
        let root = Parameters.resolve(variant.root, stage: variant.name, findings)
        guard let spec = decoder.spec(from: root) else { return (nil, findings) }
        let context = RuleContext(
            spec: spec,
            findings: findings,
            isRegionOverridden: overrides.region != nil,
            stageKey: variant.isDeclared ? variant.key : nil
        )
        for rule in Rule.all { rule.check(context) }
        return (spec, findings)
    }

    private func variant(_ stage: YAMLEntry, _ base: YAMLNode, named name: String) -> Variant {
        Variant(name: name, key: stage.key, root: StageMerge.merge(stage.value, over: base), isDeclared: true)
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
            stage = Parameters.checkOverrides(of: stage, base: entries, findings)
            if let pattern = StagePattern(entry.key), !pattern.isWellFormed {
                findings.report(
                    .stagePattern,
                    "a pattern of stage names is a beginning with a hyphen and a star",
                    at: entry.keyRange,
                    fix: "write one like `pr-*`"
                )
                return nil
            }
            return stage
        }
    }

    /// A spec that lists no stages leaves them free. Where it lists some, any other is an accident, but for `dev`,
    /// which is meant when none is named. What exists already can be worked with all the same: a preview must be
    /// torn down also after its pattern has gone (`SpecResult.requiringListedStage`).
    private func checkSelection(_ result: inout SpecResult, _ entries: [YAMLEntry], _ findings: Findings) {
        let stages = result.stages
        guard !stages.isEmpty, StagePattern.key(for: stage, among: stages) == nil else { return }
        result.isStageListed = stage == Self.defaultStage
        let near = Suggestion.nearest(to: stage, among: stages)
        if result.isStageListed, near == nil { return }
        let name = MapReader.shortened(stage)
        findings.report(
            .warning,
            .stageUnlisted,
            "the spec lists no stage `\(name)`\(near.map { ", but `\($0)`" } ?? "")",
            at: entries.first { $0.key == "stages" }?.keyRange,
            fix: near.map { "run with --stage \($0), or add `\(name)` under stages" }
                ?? "add `\(name)` under stages, or a pattern like `pr-*` that it fits"
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
