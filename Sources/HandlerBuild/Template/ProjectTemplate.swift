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

    /// Every file of a new project, sorted by path.
    /// - Parameters:
    ///   - name: a valid `name` of the spec.
    ///   - region: `nil` keeps the example's.
    package static func files(name: String, region: String?) -> [File] {
        let example = embeddedFiles.first { $0.path == "botctl.yml" }?.contents ?? ""
        let oldName = value(of: "name", in: example) ?? ""
        let oldRegion = value(of: "region", in: example) ?? ""
        let region = region ?? oldRegion
        return embeddedFiles.map { file in
            var contents = file.contents
            switch file.path {
            case "botctl.yml":
                contents = replacing("name", with: name, in: contents)
                contents = replacing("region", with: region, in: contents)
                contents = replacingInComments("\(oldName)-", with: "\(name)-", in: contents)
            case "README.md", ".github/workflows/botctl.yml":
                contents = contents.replacing("{{name}}", with: name).replacing("{{region}}", with: region)
            default: break
            }
            return File(path: file.path, contents: contents, executable: file.executable)
        }.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
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
