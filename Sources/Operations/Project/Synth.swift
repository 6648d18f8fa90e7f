import BotSpec
import CloudFormation
import Synthesis

/// `botctl synth`: the templates, for review and for version control.
package struct Synth {
    package struct File: Sendable, Equatable {
        /// Relative to the project's folder.
        package var path: String
        package var written: Bool
    }

    /// The stage's template as text, for `--stdout`.
    package static func text(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> String {
        Synthesizer.template(for: try context.loadSpec(telling: host, toChange: true).spec).encoded()
    }

    /// Writes `stacks/<stage>.template.json` and `stacks/bootstrap.template.json` where they differ.
    package static func write(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> [File] {
        let spec = try context.loadSpec(telling: host, toChange: true).spec
        let templates = [
            ("stacks/\(spec.stage).template.json", Synthesizer.template(for: spec)),
            ("stacks/bootstrap.template.json", Synthesizer.bootstrapTemplate()),
        ]
        var files: [File] = []
        for (path, template) in templates {
            let written = try context.effects.files.writeIfChanged(context.path(path), template.encoded())
            files.append(File(path: path, written: written))
        }
        return files
    }
}
