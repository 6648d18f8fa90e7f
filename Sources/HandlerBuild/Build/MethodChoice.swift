import BotSpec

/// Finds the way to build that a spec asks for, or the first that works here.
struct MethodChoice {
    var environment: [String: String]
    var runner: any ProcessRunner
    var host: HostPlatform

    func method(
        for handlers: BotSpec.Handlers,
        architecture: LambdaArchitecture
    ) throws(BuildError) -> BuildMethod {
        switch handlers.build {
        case .local:
            guard buildsHere(architecture) else {
                throw noWay(architecture, "handlers.build is local, but this machine is \(hostName)")
            }
            return .local(swift: try requireSwift())
        case .sdk:
            let swift = try requireSwift()
            if let name = handlers.sdk { return .sdk(swift: swift, name: name) }
            guard let name = try sdk(for: architecture, swift: swift) else {
                throw noWay(architecture, "handlers.build is sdk, but no installed Swift SDK is for it")
            }
            return .sdk(swift: swift, name: name)
        case .container:
            guard !engines.isEmpty else {
                throw BuildError(
                    .noContainerEngine,
                    "handlers.build is container, but none of docker, podman and finch is on PATH",
                    fix: "install one of them, or set handlers.build to auto"
                )
            }
            return .container(engines: engines, image: handlers.image)
        case .auto:
            return try firstThatWorks(for: handlers, architecture: architecture)
        }
    }

    private func firstThatWorks(
        for handlers: BotSpec.Handlers,
        architecture: LambdaArchitecture
    ) throws(BuildError) -> BuildMethod {
        if let swift {
            if buildsHere(architecture) { return .local(swift: swift) }
            if let name = handlers.sdk { return .sdk(swift: swift, name: name) }
            if let name = try sdk(for: architecture, swift: swift) { return .sdk(swift: swift, name: name) }
        }
        if !engines.isEmpty { return .container(engines: engines, image: handlers.image) }
        if swift == nil && buildsHere(architecture) { throw noSwift }
        throw noWay(architecture, "this machine is \(hostName)")
    }

    private var swift: String? { findExecutable("swift", path: environment["PATH"]) }

    private var engines: [String] {
        ContainerImage.engineNames.compactMap { findExecutable($0, path: environment["PATH"]) }
    }

    private func buildsHere(_ architecture: LambdaArchitecture) -> Bool {
        host.isLinux && host.architecture == architecture
    }

    private var hostName: String { "\(host.isLinux ? "Linux" : "not Linux") on \(host.architecture.rawValue)" }

    private func requireSwift() throws(BuildError) -> String {
        guard let swift else { throw noSwift }
        return swift
    }

    private var noSwift: BuildError {
        BuildError(
            .noSwift,
            "the handlers are written in Swift, and there is no `swift` on PATH",
            fix: "install Swift 6.1 or later (https://www.swift.org/install), or a container engine "
                + "(docker, podman or finch)"
        )
    }

    private func noWay(_ architecture: LambdaArchitecture, _ reason: String) -> BuildError {
        BuildError(
            .noWay,
            "there is no way to build for \(architecture.rawValue) here: \(reason)",
            fix: "do one of these: set handlers.architecture to auto; install a Swift SDK for "
                + "\(architecture.rawValue) Linux that has OpenSSL's archives (swift sdk install) and name it in "
                + "handlers.sdk; install docker, podman or finch and set handlers.build to container; or deploy "
                + "from a Linux machine of that processor"
        )
    }

    /// The first installed Swift SDK, by name, that says it is for the processor. Those named after no
    /// processor (`static-linux`) have no OpenSSL to link, so they are taken only when the spec names them.
    private func sdk(for architecture: LambdaArchitecture, swift: String) throws(BuildError) -> String? {
        var names: [String] = []
        let command = ProcessCommand(executable: swift, arguments: ["sdk", "list"], environment: environment)
        do throws(ProcessError) {
            let exit = try runner.run(command) { stream, line in
                if stream == .standardOutput { names.append(line) }
            }
            guard exit.succeeded else { return nil }
        } catch {
            throw BuildError(error)
        }
        return names.filter { name in
            !name.contains(" ") && architecture.spellings.contains { name.lowercased().contains($0) }
        }.min()
    }
}

extension BuildError {
    init(_ error: ProcessError) {
        switch error {
        case .launch(let executable, let code):
            self.init(cannot: "start", executable, errno: code)
            fix = "check that it is a program for this machine"
        case .interrupted(let signal):
            self.init(.interrupted, "interrupted by signal \(signal)", fix: "run again to continue the build")
        }
    }
}
