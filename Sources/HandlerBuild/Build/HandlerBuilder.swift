import AWSCore
package import BotSpec
import Glibc

/// Makes the `bootstrap` of a project: compiles its handlers, unless that very build is kept already.
///
///     fingerprint of sources, flags, toolchain ─▶ kept? ──yes──▶ done, no process started
///                                                  │no
///            lock of the project ─▶ swift build ─▶ ELF gate ─▶ kept
package struct HandlerBuilder {
    private let environment: [String: String]
    private let runner: any ProcessRunner
    private let host: HostPlatform
    private let seconds: () -> Double
    private let user: (id: UInt32, group: UInt32)

    /// - Parameters:
    ///   - environment: of the tools; `PATH`, `HOME` and `XDG_CACHE_HOME` are read from it.
    ///   - seconds: a clock that only goes forward.
    package init(
        environment: [String: String],
        runner: any ProcessRunner = PosixProcessRunner(),
        host: HostPlatform = .current,
        user: (id: UInt32, group: UInt32) = (getuid(), getgid()),
        seconds: @escaping () -> Double = HandlerBuilder.monotonicSeconds
    ) {
        self.environment = environment
        self.runner = runner
        self.host = host
        self.user = user
        self.seconds = seconds
    }

    package static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// - Parameter projectDirectory: absolute.
    package func build(
        spec: BotSpec,
        projectDirectory: String,
        events: (BuildEvent) -> Void
    ) throws(BuildError) -> BuiltHandlers {
        let package = "\(projectDirectory)/\(spec.handlers.path)"
        guard Files.exists("\(package)/Package.swift") else {
            throw BuildError(
                .noHandlers,
                "\(spec.handlers.path)/Package.swift is missing",
                fix: "copy the handlers folder from a new project (`botctl init`), or set handlers.path"
            )
        }
        let architecture = spec.handlers.architecture(on: host)
        let choice = MethodChoice(environment: environment, runner: runner, host: host)
        let method = try choice.method(for: spec.handlers, architecture: architecture)
        let cache = BuildCache(environment: environment, projectDirectory: projectDirectory)
        let sources = try HandlerSources.snapshot(of: package)
        let key = try key(sources, method, architecture, cache)
        if !sources.dependsOnPaths, let kept = cache.build(key, architecture: architecture) {
            events(.skipped(reason: "sources, flags and toolchain are unchanged"))
            return kept
        }
        let state = "\(projectDirectory)/.botctl"
        try Files.makeDirectory(state)
        let lock = try FileLock(path: "\(state)/build.lock") { events(.waiting) }
        defer { withExtendedLifetime(lock) {} }
        if !sources.dependsOnPaths, let kept = cache.build(key, architecture: architecture) {
            events(.skipped(reason: "another botctl has just built the same"))
            return kept
        }
        let began = seconds()
        events(.started(method: method.description(architecture), architecture: architecture))
        let scratch = "\(state)/build/\(method.name)-\(architecture.rawValue)"
        try Files.makeDirectory(scratch)
        let compiler = Compiler(environment: environment, runner: runner, user: user)
        let job = Compiler.Job(package: package, scratch: scratch, architecture: architecture, key: key)
        let executable = try Files.read(try compiler.compile(job, by: method, events: events))
        try Self.pass(executable, architecture, libraries: try HandlerSources.libraries(in: package))
        let built = try cache.store(executable, key: key, architecture: architecture)
        events(.finished(seconds: seconds() - began))
        return built
    }

    /// What a build is kept under. Starts with a number that changes when this code, for the same inputs, would
    /// make or accept another executable.
    private func key(
        _ sources: HandlerSources.Snapshot,
        _ method: BuildMethod,
        _ architecture: LambdaArchitecture,
        _ cache: BuildCache
    ) throws(BuildError) -> String {
        let toolchain = try Toolchain(environment: environment, runner: runner, cache: cache).identity(method)
        let flags = BuildMethod.swiftArguments(package: "", scratch: "").joined(separator: " ")
        let parts = ["1", architecture.rawValue, method.name, flags, toolchain, sources.digest]
        return hexEncode(sha256(parts.joined(separator: "\0")))
    }

    private static func pass(
        _ executable: [UInt8],
        _ architecture: LambdaArchitecture,
        libraries: [String]
    ) throws(BuildError) {
        do throws(ELFGate.Refusal) {
            try ELFGate.check(executable, architecture: architecture, shipped: Set(libraries))
        } catch {
            throw BuildError(.refused, error.message, fix: error.fix)
        }
    }
}
