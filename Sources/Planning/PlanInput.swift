package import CloudFormation

/// One side of a comparison: what is deployed, or what would be.
package struct PlanInput: Sendable, Equatable {
    package var template: Template
    /// The stack's parameter values; those that are missing have the template's defaults.
    package var parameters: [String: String]
    /// `nil` when the package is not at hand.
    package var package: PackageContents?

    package init(template: Template, parameters: [String: String] = [:], package: PackageContents? = nil) {
        self.template = template
        self.parameters = parameters
        self.package = package
    }

    /// Of every parameter that the template declares.
    var effectiveParameters: [String: String] {
        var values: [String: String] = [:]
        for entry in template.parameters.entries {
            values[entry.key] = parameters[entry.key] ?? entry.value["Default"]?.readable
        }
        return values
    }
}

/// What is in a Lambda package: enough to tell what a new one changes.
package struct PackageContents: Sendable, Equatable {
    package struct File: Sendable, Equatable {
        package var name: String
        /// Bytes, uncompressed.
        package var size: Int
        package var crc32: UInt32
        package init(name: String, size: Int, crc32: UInt32) {
            self.name = name
            self.size = size
            self.crc32 = crc32
        }
    }

    package var files: [File]
    /// The text of `bot.json`.
    package var configuration: String

    package init(files: [File], configuration: String) {
        self.files = files
        self.configuration = configuration
    }
}
