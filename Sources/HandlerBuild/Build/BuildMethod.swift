/// How the executable is compiled.
enum BuildMethod: Equatable {
    /// This machine's swift, for this machine's processor.
    case local(swift: String)
    /// This machine's swift, for another processor.
    case sdk(swift: String, name: String)
    /// The engines on PATH, in the order they are tried; `image` is the spec's.
    case container(engines: [String], image: String?)

    /// Names the scratch folder, and goes into the build key.
    var name: String {
        switch self {
        case .local: "local"
        case .sdk: "sdk"
        case .container: "container"
        }
    }

    func description(_ architecture: LambdaArchitecture) -> String {
        switch self {
        case .local: "swift build for \(architecture.rawValue)"
        case .sdk(_, let name): "swift build for \(architecture.rawValue) with Swift SDK \(name)"
        case .container(let engines, let image):
            "swift build for \(architecture.rawValue) in a container of "
                + (image ?? ContainerImage.base) + " (\(engines.first.map(ContainerImage.engineName) ?? "none"))"
        }
    }

    /// What `swift build` is told, whichever swift it is; the reasons are in
    /// docs/decisions/0001-one-static-executable.md.
    static func swiftArguments(package: String, scratch: String, sdk: String? = nil) -> [String] {
        [
            "build", "--package-path", package, "-c", "release", "--product", "bootstrap",
            "--static-swift-stdlib", "-Xswiftc", "-static-executable", "-Xlinker", "-s",
            "--scratch-path", scratch,
        ] + (sdk.map { ["--swift-sdk", $0] } ?? [])
    }
}
