import BotSpec
import CloudFormation

/// The parameters that say which package the functions run, so that the template's bytes do not depend on it.
enum ArtifactParameters {
    static func add(to template: inout Template) {
        template.addParameter(
            ID.artifactBucket,
            ["Type": "String", "Description": "S3 bucket that holds the handlers' package"]
        )
        template.addParameter(
            ID.artifactKey,
            ["Type": "String", "Description": "Key of the handlers' package, named by its content"]
        )
        let architectures = [BotSpec.Handlers.Architecture.arm64, .intel]
        template.addParameter(
            ID.architecture,
            [
                "Type": "String", "Description": "Machine that the package was built for",
                "AllowedValues": .list(architectures.map { .string($0.rawValue) }),
            ]
        )
    }
}
