import BotSpec

/// The project that `botctl init` writes: the files of botctl's own repository, so that there is one copy of
/// everything that ships, embedded in the executable, so that `init` needs no network
/// (docs/decisions/0004-embedded-project.md).
package enum ProjectTemplate {
    package struct File: Sendable, Equatable {
        /// Relative to the project's folder.
        package var path: String
        package var contents: String
        package var executable: Bool
    }

    /// Of the example, and of a new project that names no other.
    package static var defaultRegion: String { value(of: "region", in: exampleSpec) ?? "" }

    private static var exampleSpec: String { embeddedFiles.first { $0.path == "botctl.yml" }?.contents ?? "" }

    /// Where a project's jobs run.
    package enum CI: String, Sendable, CaseIterable {
        case github, gitlab

        /// What is for this one alone.
        fileprivate func owns(_ path: String) -> Bool {
            switch self {
            case .github: path.hasPrefix(".github/")
            case .gitlab: path == ".gitlab-ci.yml"
            }
        }
    }

    /// The files of a project's CI, sorted by path.
    package static func files(of ci: CI, region: String) -> [File] {
        files(name: "", region: region, ci: ci).filter { ci.owns($0.path) }
    }

    /// Every file of a new project, sorted by path.
    /// - Parameters:
    ///   - name: a valid `name` of the spec.
    ///   - region: `nil` keeps the example's.
    package static func files(name: String, region: String?, ci: CI = .github) -> [File] {
        let oldName = value(of: "name", in: exampleSpec) ?? ""
        let region = region ?? defaultRegion
        let others = CI.allCases.filter { $0 != ci }
        return embeddedFiles.filter { file in !others.contains { $0.owns(file.path) } }.map { file in
            var contents = file.contents
            switch file.path {
            case "botctl.yml":
                contents = replacing("name", with: name, in: contents)
                contents = replacing("region", with: region, in: contents)
                contents = replacingInComments("\(oldName)-", with: "\(name)-", in: contents)
                contents = withModels(of: region, in: contents)
            case "README.md", ".github/workflows/botctl.yml", ".gitlab-ci.yml":
                contents = contents.replacing("{{name}}", with: name).replacing("{{region}}", with: region)
            default: break
            }
            return File(path: file.path, contents: contents, executable: file.executable)
        }.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
    }

    /// Regions where a model of the catalog can be called, sorted: in others the new project's `model.id` has to
    /// be chosen by hand.
    package static var regionsWithModels: [String] {
        Set(ModelCatalog.entries.flatMap { $0.onDemand + $0.profiles.values.joined() }).sorted()
    }

    /// Keeps the example's models where they can be called. Elsewhere takes the largest that can, and leaves
    /// the fallback and the comment on it out.
    private static func withModels(of region: String, in yaml: String) -> String {
        var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let id = lines.firstIndex(where: { $0.hasPrefix("  id: ") }),
            let replacement = model(in: region, insteadOf: String(lines[id].dropFirst(6)))
        else { return yaml }
        lines[id] = "  id: \(replacement)"
        if let fallback = lines.firstIndex(where: { $0.hasPrefix("  fallback: ") }),
            !canCall(String(lines[fallback].dropFirst(12)), in: region)
        {
            var first = fallback
            while first > 0, lines[first - 1].hasPrefix("  #") { first -= 1 }
            lines.removeSubrange(first...fallback)
        }
        return lines.joined(separator: "\n")
    }

    /// `nil` when no model of the catalog can be called in the region.
    private static func model(in region: String, insteadOf id: String) -> String? {
        if canCall(id, in: region) { return id }
        let callable = ModelCatalog.entries.flatMap { entry in
            [entry.id] + entry.profiles.keys.sorted().map { "\($0).\(entry.id)" }
        }.filter { canCall($0, in: region) }
        return callable.first { $0.contains("-70b-") } ?? callable.first
    }

    private static func canCall(_ id: String, in region: String) -> Bool {
        guard let (entry, profile) = ModelCatalog.find(id) else { return false }
        return (profile.map { entry.profiles[$0] ?? [] } ?? entry.onDemand).contains(region)
    }

    /// The value of a top-level key that stands on its key's line.
    private static func value(of key: String, in yaml: String) -> String? {
        for line in yaml.split(separator: "\n") where line.hasPrefix("\(key): ") {
            return String(line.dropFirst(key.utf8.count + 2))
        }
        return nil
    }

    private static func replacing(_ key: String, with value: String, in yaml: String) -> String {
        mapLines(yaml) { $0.hasPrefix("\(key): ") ? "\(key): \(value)" : $0 }
    }

    private static func replacingInComments(_ old: String, with new: String, in yaml: String) -> String {
        guard old != "-" else { return yaml }
        return mapLines(yaml) { $0.hasPrefix("#") ? $0.replacing(old, with: new) : $0 }
    }

    private static func mapLines(_ text: String, _ transform: (String) -> String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { transform(String($0)) }
            .joined(separator: "\n")
    }
}
