import Foundation
import PackagePlugin

/// Writes files of the repository into a target's source code: into `HandlerBuild` the project that `botctl init`
/// makes, into `Web` the modules of the widget, into `Operations` the table of errors that `botctl explain` reads.
/// Runs again whenever one of them changes, comes or goes: SwiftPM asks for the list at each build.
@main
struct EmbedProject: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        let files =
            switch target.name {
            case "Operations": ["docs/errors.md=errors.md"]
            case "Web": try web(in: root)
            default: try project(in: root)
            }
        return [
            .buildCommand(
                displayName: "Embedding files into \(target.name)",
                executable: try context.tool(named: "embed-project").url,
                arguments: [root.path(percentEncoded: false), output.path(percentEncoded: false)] + files,
                inputFiles: files.map { root.appending(path: String($0.prefix { $0 != "=" })) },
                outputFiles: [output]
            )
        ]
    }

    /// `=` parts where a file is from where `init` writes it to.
    private func project(in root: URL) throws -> [String] {
        try list("handlers", in: root).map { "\($0)=\($0)" }
            + list("rules", in: root).map { "\($0)=\($0)" }
            + ["botctl.yml=botctl.yml"]
            + [
                ("README.md", "README.md"), ("gitignore", ".gitignore"),
                ("github-workflow.yml", ".github/workflows/botctl.yml"),
                ("github-action.yml", ".github/actions/botctl/action.yml"),
                ("github-comment.sh", ".github/actions/botctl/comment.sh"), ("gitlab-ci.yml", ".gitlab-ci.yml"),
            ]
            .map { "Sources/HandlerBuild/Template/Files/\($0.0)=\($0.1)" }
    }

    private func web(in root: URL) throws -> [String] {
        let scripts = try (list("Sources/Web/client", in: root) + list("Sources/Web/widget", in: root))
            .filter { $0.hasSuffix(".js") }
        return try (scripts + list("Sources/Web/dev", in: root))
            .map { "\($0)=\($0.dropFirst("Sources/Web/".count))" }
    }

    /// Every file of a folder, relative to `root` and sorted, but for hidden ones, what builds leave behind, and
    /// tests: those of the handlers need the peers of this repository, and their manifest does without them.
    private func list(_ folder: String, in root: URL) throws -> [String] {
        var files: [String] = []
        let url = root.appending(path: folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: url.path(percentEncoded: false)).sorted()
        where !name.hasPrefix(".") && name != "Package.resolved" && name != "Tests" && !name.hasSuffix("~") {
            let path = "\(folder)/\(name)"
            var isDirectory: ObjCBool = false
            let full = root.appending(path: path).path(percentEncoded: false)
            guard FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory) else { continue }
            if isDirectory.boolValue { files += try list(path, in: root) } else { files.append(path) }
        }
        return files
    }
}
