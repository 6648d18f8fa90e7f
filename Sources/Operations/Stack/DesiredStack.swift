import AWSClients
package import BotSpec
package import CloudFormation
import Synthesis

/// What a stack is to be: everything that a change set is made from.
package struct DesiredStack: Sendable, Equatable {
    package var name: String
    package var template: Template
    package var parameters: [String: String]
    package var tags: [String: String]
    /// As it is sent and compared: pretty where that fits into a request, compact where only that does.
    package let text: String

    package init(name: String, template: Template, parameters: [String: String], tags: [String: String]) {
        self.name = name
        self.template = template
        self.parameters = parameters
        self.tags = tags
        let pretty = template.encoded()
        text = pretty.utf8.count <= Template.maximumInlineBytes ? pretty : template.encodedCompact()
    }

    /// The stack of a bot that runs a package.
    package init(_ spec: BotSpec, bucket: String, key: String, architecture: String) {
        self.init(
            name: spec.stackName,
            template: Synthesizer.template(for: spec),
            parameters: [
                ArtifactParameter.bucket: bucket, ArtifactParameter.key: key,
                ArtifactParameter.architecture: architecture,
            ],
            tags: BotTags.all(of: spec)
        )
    }

    /// - Parameter plainHTTP: the bucket is reached without TLS, as only an emulator's is.
    package static func bootstrap(plainHTTP: Bool) -> DesiredStack {
        DesiredStack(
            name: BootstrapStack.name,
            template: Synthesizer.bootstrapTemplate(refusesPlainHTTP: !plainHTTP),
            parameters: [:],
            tags: ["botctl:stack": "bootstrap"]
        )
    }

    var fitsIntoRequest: Bool { text.utf8.count <= Template.maximumInlineBytes }

    /// Whether a deployed template says the same, in whatever layout.
    package func matches(template deployed: String) -> Bool {
        deployed == text || (try? Template.parse(deployed)) == template
    }
}

/// The parameters of a bot's template.
package enum ArtifactParameter {
    package static let bucket = "ArtifactBucket"
    package static let key = "ArtifactKey"
    package static let architecture = "Architecture"
}

/// The tags by which botctl knows what is its own.
package enum BotTags {
    package static let bot = "botctl:bot"
    package static let stage = "botctl:stage"
    /// On the stacks of stages that the spec lists by a pattern.
    package static let preview = "botctl:preview"

    package static func own(of spec: BotSpec) -> [String: String] { [bot: spec.name, stage: spec.stage] }
    package static func all(of spec: BotSpec) -> [String: String] {
        var tags = spec.tags.merging(own(of: spec)) { _, ours in ours }
        if spec.pattern != nil { tags[preview] = "true" }
        return tags
    }
}
