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
    /// - Throws: `specInvalid` with every error and warning.
    package func loadSpec() throws(OperationError) -> LoadedSpec {
        let result = effects.loadSpec(directory, specFile, stage, overrides.region)
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
    func loadSpec(telling host: any OperationHost) throws(OperationError) -> LoadedSpec {
        let loaded = try loadSpec()
        if !loaded.warnings.isEmpty { host.notify(.warnings(loaded.warnings)) }
        return loaded
    }
}
