import AWSCore

/// The image that handlers are compiled in: Swift's own, with the static OpenSSL that they link.
enum ContainerImage {
    /// Debian 12: it has glibc's and OpenSSL's archives for both processors.
    static let base = "swift:6.3-bookworm"

    static let dockerfile = """
        FROM \(base)
        RUN apt-get update \\
            && apt-get install --yes --no-install-recommends libssl-dev \\
            && rm -rf /var/lib/apt/lists/*

        """

    /// Names what the image is made of, so that a newer botctl makes its own.
    static func tag(_ architecture: LambdaArchitecture) -> String {
        "botctl-build:\(hexEncode(sha256(dockerfile)).prefix(12))-\(architecture.rawValue.replacing("_", with: "-"))"
    }

    /// In the order they are looked for.
    static let engineNames = ["docker", "podman", "finch"]

    static func engineName(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    static func buildArguments(tag: String, folder: String, architecture: LambdaArchitecture) -> [String] {
        ["build", "--platform", architecture.containerPlatform, "--tag", tag, folder]
    }

    /// - Parameters:
    ///   - name: of the container, so that it can be removed when botctl is interrupted.
    ///   - user: who owns what the compiler writes.
    static func runArguments(
        engine: String,
        image: String,
        name: String,
        package: String,
        scratch: String,
        architecture: LambdaArchitecture,
        user: (id: UInt32, group: UInt32)
    ) -> [String] {
        // A rootless podman maps the user to root inside unless told to keep it.
        let identity =
            engineName(engine) == "podman" && user.id != 0
            ? ["--userns", "keep-id", "--security-opt", "label=disable"]
            : ["--user", "\(user.id):\(user.group)"]
        return ["run", "--rm", "--name", name, "--platform", architecture.containerPlatform] + identity + [
            "--env", "HOME=/tmp", "--volume", "\(package):/package", "--volume", "\(scratch):/scratch",
            "--workdir", "/package", "--entrypoint", "swift", image,
        ] + BuildMethod.swiftArguments(package: "/package", scratch: "/scratch")
    }
}
