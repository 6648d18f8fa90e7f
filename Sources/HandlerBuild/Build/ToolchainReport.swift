package import BotSpec

/// How the handlers of a spec would be built here, without building anything.
package struct ToolchainReport: Sendable, Equatable {
    /// `swift build for x86_64`
    package var method: String
    /// What `swift --version` says first; `nil` where a container brings its own.
    package var version: String?

    /// - Throws: what `HandlerBuilder` would refuse with.
    package static func look(
        _ handlers: BotSpec.Handlers,
        environment: [String: String],
        runner: any ProcessRunner,
        host: HostPlatform = .current
    ) throws(BuildError) -> ToolchainReport {
        let architecture = handlers.architecture(on: host)
        let choice = MethodChoice(environment: environment, runner: runner, host: host)
        let method = try choice.method(for: handlers, architecture: architecture)
        let swift: String
        switch method {
        case .local(let program), .sdk(let program, _): swift = program
        case .container: return ToolchainReport(method: method.description(architecture))
        }
        var lines: [String] = []
        let command = ProcessCommand(executable: swift, arguments: ["--version"], environment: environment)
        let exit: ProcessExit
        do throws(ProcessError) {
            exit = try runner.run(command) { stream, line in
                if stream == .standardOutput { lines.append(line) }
            }
        } catch {
            throw BuildError(error)
        }
        guard exit.succeeded, let version = lines.first else {
            throw BuildError(
                .noSwift,
                "`\(swift) --version` failed",
                fix: "repair the Swift installation (https://www.swift.org/install)"
            )
        }
        return ToolchainReport(method: method.description(architecture), version: version)
    }
}
