import ArgumentParser
import Operations

/// What every command understands.
struct GlobalOptions: ParsableArguments {
    @Option(name: .customShort("C"), help: ArgumentHelp("Work in this folder.", valueName: "dir"))
    var directory: String?

    @Option(help: ArgumentHelp("The spec, relative to the folder.", valueName: "file"))
    var spec = "botctl.yml"

    @Option(help: ArgumentHelp("The stage (default: BOTCTL_STAGE, or dev).", valueName: "name"))
    var stage: String?

    @Option(help: ArgumentHelp("The AWS region, instead of the spec's.", valueName: "region"))
    var region: String?

    @Option(help: ArgumentHelp("The profile of the AWS configuration.", valueName: "name"))
    var profile: String?

    @Option(help: ArgumentHelp("Where to reach AWS: an emulator, a VPC endpoint.", valueName: "url"))
    var endpointUrl: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    @Flag(name: [.short, .long], help: "Answer every question with yes.")
    var yes = false

    @Flag(help: "Do not colour (also: NO_COLOR).")
    var noColor = false

    @Flag(name: [.short, .long], help: "Show every AWS call and step.")
    var verbose = false

    /// - Parameter currentDirectory: absolute.
    func context(currentDirectory: String, effects: Effects) -> ProjectContext {
        let stage = stage ?? effects.environment["BOTCTL_STAGE"].flatMap { $0.isEmpty ? nil : $0 } ?? "dev"
        return ProjectContext(
            directory: absolutePath(directory ?? ".", in: currentDirectory),
            specFile: spec,
            stage: stage,
            overrides: ProjectContext.Overrides(region: region, profile: profile, endpointURL: endpointUrl),
            assumeYes: yes,
            effects: effects
        )
    }
}

/// Joins and tidies a path as the shell's `cd` would, without looking at the disk.
func absolutePath(_ path: String, in directory: String) -> String {
    var parts: [Substring] = []
    for part in ((path.hasPrefix("/") ? "" : directory + "/") + path).split(separator: "/") {
        switch part {
        case ".": continue
        case "..": _ = parts.popLast()
        default: parts.append(part)
        }
    }
    return "/" + parts.joined(separator: "/")
}
