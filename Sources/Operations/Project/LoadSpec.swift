package import BotSpec
package import Diagnostics

/// A spec without errors.
package struct LoadedSpec {
    package var spec: BotSpec
    package var warnings: [Diagnostic]
    package var sourceMap: SpecSourceMap
    package var stages: [String]
}

extension ProjectContext {
    /// - Parameter toChange: the stage is to be made or changed, so the spec must list it.
    /// - Throws: `specInvalid` with every error and warning.
    package func loadSpec(toChange: Bool = false) throws(OperationError) -> LoadedSpec {
        var result = effects.loadSpec(directory, specFile, stage, overrides.region)
        if toChange { result = result.requiringListedStage }
        guard let spec = result.spec else {
            let errors = result.diagnostics.count { $0.severity == .error }
            throw OperationError(
                .specInvalid,
                "\(specFile) has \(errors) error\(errors == 1 ? "" : "s")",
                fix: "correct \(errors == 1 ? "it" : "them"), then run `botctl validate`",
                diagnostics: result.diagnostics
            )
        }
        return LoadedSpec(
            spec: spec,
            warnings: result.diagnostics,
            sourceMap: result.sourceMap,
            stages: result.stages
        )
    }

    /// As `loadSpec`, with the warnings told.
    func loadSpec(
        telling host: any OperationHost,
        toChange: Bool = false
    ) throws(OperationError) -> LoadedSpec {
        let loaded = try loadSpec(toChange: toChange)
        if !loaded.warnings.isEmpty { host.notify(.warnings(loaded.warnings)) }
        return loaded
    }
}
