/// What besides the sources decides the executable's bytes: the compiler and the archives that are linked in.
struct Toolchain {
    var environment: [String: String]
    var runner: any ProcessRunner
    var cache: BuildCache

    func identity(_ method: BuildMethod) throws(BuildError) -> String {
        switch method {
        case .local(let swift): try version(of: swift) + "\n" + Self.archives()
        case .sdk(let swift, let name): try version(of: swift) + "\nsdk \(name)"
        case .container(_, let image): "container \(image ?? ContainerImage.dockerfile)"
        }
    }

    private func version(of swift: String) throws(BuildError) -> String {
        try cache.identity(ofProgram: swift) { () throws(BuildError) in
            var lines: [String] = []
            let command = ProcessCommand(executable: swift, arguments: ["--version"], environment: environment)
            do throws(ProcessError) {
                let exit = try runner.run(command) { _, line in lines.append(line) }
                if exit.succeeded { return lines.joined(separator: "\n") }
            } catch {
                throw BuildError(error)
            }
            throw BuildError(
                .noSwift,
                "`\(swift) --version` failed",
                fix: "repair the Swift installation (https://www.swift.org/install)",
                output: lines
            )
        }
    }

    /// An updated OpenSSL or C library has to reach the executable although no source changed.
    private static func archives() -> String {
        let folders = [
            "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib",
            "/usr/local/lib64",
        ]
        var found: [String] = []
        for folder in folders {
            for name in ["libc.a", "libcrypto.a", "libssl.a"] {
                if let stamp = Files.stamp("\(folder)/\(name)") { found.append("\(folder)/\(name) \(stamp)") }
            }
        }
        return found.joined(separator: "\n")
    }
}
