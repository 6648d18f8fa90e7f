import BotSpec
import CloudFormation
import Planning
import Synthesis
import TestSupport
import Testing

/// The template of a spec with the required keys and `yaml` after them.
func template(_ yaml: String = "") throws -> Template {
    let loader = SpecLoader.inMemory(["botctl.yml": Array((smallestSpec + yaml).utf8)])
    let result = loader.load(projectDirectory: "/", specFile: "botctl.yml", stage: "dev", overrides: SpecOverrides())
    return Synthesizer.template(for: try #require(result.spec, "\(result.diagnostics)"))
}

/// The same template with a piece of its text replaced, for changes that no spec makes.
func edited(_ template: Template, _ old: String, _ new: String) throws -> Template {
    let text = template.encoded()
    try #require(text.contains(old), "nothing to edit: \(old)")
    return try Template.parse(text.replacing(old, with: new))
}

let parameters = ["ArtifactBucket": "bucket", "ArtifactKey": "acme-support/aa.zip", "Architecture": "arm64"]

func plan(_ old: Template, _ new: Template) -> Plan {
    Plan(
        deployed: PlanInput(template: old, parameters: parameters),
        local: PlanInput(template: new, parameters: parameters)
    )
}

extension Plan {
    /// One line for each thing that it says, for tests to compare with.
    var lines: [String] {
        changes.flatMap { change in
            ["\(change.action.rawValue) \(change.logicalId) (\(change.rank.name))"]
                + change.properties.map { property in
                    "  \(property.path): \(property.before ?? "-") → \(property.after ?? "-")"
                        + (property.replaces ? " [replaces]" : "")
                } + change.reasons.map { "  \($0.kind.rawValue): \($0.text)" }
        } + parameters.map { "parameter \($0.name): \($0.before ?? "-") → \($0.after ?? "-")" }
            + outputs.map { "output \($0.name): \($0.before ?? "-") → \($0.after ?? "-")" }
    }
}

extension TextDiff {
    var lines: [String] {
        hunks.flatMap { hunk in
            ["@@ \(hunk.oldStart) \(hunk.newStart)"]
                + hunk.lines.map { line in
                    switch line.kind {
                    case .context: " \(line.text)"
                    case .added: "+\(line.text)"
                    case .removed: "-\(line.text)"
                    }
                }
        }
    }
}
