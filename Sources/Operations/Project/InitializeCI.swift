import BotSpec
package import HandlerBuild

/// `botctl init --ci` in a folder that has a project already: the files of its CI alone.
package struct InitializeCI {
    package struct Result: Sendable, Equatable {
        package var ci: ProjectTemplate.CI
        /// Relative to the project's folder.
        package var written: [String]
        /// There already, and as they would be written.
        package var unchanged: [String]
        /// The pattern that pull requests' previews need is not in the spec.
        package var lacksPreviews: Bool
    }

    /// The stage of a pull request, as the workflows name it.
    private static let preview = "pr-1"

    /// - Parameter overwrites: files that are there with another content are written anew.
    /// - Throws: `wouldOverwrite`, before anything is written.
    package static func run(
        _ context: ProjectContext,
        ci: ProjectTemplate.CI,
        overwrites: Bool
    ) throws(OperationError) -> Result {
        let loaded = try context.loadSpec()
        let files = ProjectTemplate.files(of: ci, region: loaded.spec.region)
        var changed: [ProjectTemplate.File] = []
        var others: [String] = []
        for file in files {
            let there = try context.effects.files.read(context.path(file.path))
            if there == Array(file.contents.utf8) { continue }
            changed.append(file)
            if there != nil { others.append(file.path) }
        }
        guard others.isEmpty || overwrites else {
            throw OperationError(
                .wouldOverwrite,
                "the project has \(others.count == 1 ? "a file" : "files") of its own that init would write",
                details: others,
                fix: "compare them, then run the command again with --force to have them replaced"
            )
        }
        for file in changed {
            try context.effects.files.write(context.path(file.path), Array(file.contents.utf8), file.executable)
        }
        let written = changed.map(\.path)
        return Result(
            ci: ci,
            written: written,
            unchanged: files.map(\.path).filter { !written.contains($0) },
            lacksPreviews: !loaded.stages.isEmpty
                && !loaded.stages.contains { StagePattern($0)?.matches(preview) ?? false }
        )
    }
}
