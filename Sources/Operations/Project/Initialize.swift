import BotSpec
package import HandlerBuild

/// `botctl init`: a project that validates, builds and deploys as written.
package struct Initialize {
    package struct Result: Sendable, Equatable {
        package var directory: String
        package var name: String
        /// Relative to the directory, in the order written.
        package var files: [String]
        /// Of the new spec.
        package var region: String
        /// botctl knows no model that can be called there: `model.id` is to be chosen by hand.
        package var needsModel: Bool
    }

    /// - Parameters:
    ///   - directory: absolute; created when absent.
    ///   - name: the bot's; made from the folder's name when `nil`.
    ///   - region: of the spec; the template's when `nil`.
    ///   - ci: whose workflow is written.
    package static func run(
        directory: String,
        name: String?,
        region: String? = nil,
        ci: ProjectTemplate.CI = .github,
        effects: Effects
    ) throws(OperationError) -> Result {
        let folder = directory.split(separator: "/").last.map(String.init) ?? "bot"
        let name = try name.map { name throws(OperationError) in try checked(name) } ?? botName(from: folder)
        if let region, !Regions.isSyntax(region) {
            throw OperationError(
                .file,
                "\"\(region)\" is not a region code",
                fix: "pass one like `--region us-east-2`"
            )
        }
        let files = ProjectTemplate.files(name: name, region: region, ci: ci)
        let existing = files.map(\.path).filter { effects.files.exists("\(directory)/\($0)") }
        guard existing.isEmpty else {
            throw OperationError(
                .wouldOverwrite,
                "\(directory) already has \(existing.count == 1 ? "a file" : "files") that init would write",
                details: existing,
                fix: "choose an empty folder, or move what is there away"
            )
        }
        for file in files {
            try effects.files.write("\(directory)/\(file.path)", Array(file.contents.utf8), file.executable)
        }
        return Result(
            directory: directory,
            name: name,
            files: files.map(\.path),
            region: region ?? ProjectTemplate.defaultRegion,
            needsModel: region.map { !ProjectTemplate.regionsWithModels.contains($0) } ?? false
        )
    }

    /// A valid bot name from any folder name: lower-case letters, digits and single hyphens, a letter first.
    package static func botName(from folder: String) -> String {
        var name = ""
        for scalar in folder.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": name.unicodeScalars.append(scalar)
            case "A"..."Z": name += String(scalar).lowercased()
            default: if !name.isEmpty, !name.hasSuffix("-") { name += "-" }
            }
        }
        while let first = name.first, !first.isLetter { name.removeFirst() }
        name = String(name.prefix(maximumNameLength))
        while name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? "bot" : name
    }

    /// Leaves room for the stage in names that AWS limits to 64 characters.
    private static let maximumNameLength = 32

    private static func checked(_ name: String) throws(OperationError) -> String {
        guard botName(from: name) == name else {
            throw OperationError(
                .file,
                "\"\(name)\" is not a name for a bot",
                fix: "use lower-case letters, digits and hyphens, a letter first, at most \(maximumNameLength) "
                    + "characters: --name \(botName(from: name))"
            )
        }
        return name
    }
}
