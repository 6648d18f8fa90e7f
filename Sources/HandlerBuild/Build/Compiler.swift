/// Runs the compiler of a build method to its end.
struct Compiler {
    var environment: [String: String]
    var runner: any ProcessRunner
    var user: (id: UInt32, group: UInt32)

    struct Job {
        /// Absolute folder of the handlers' package.
        var package: String
        /// Absolute folder for the compiler's files.
        var scratch: String
        var architecture: LambdaArchitecture
        var key: String
    }

    /// - Returns: the executable's path.
    func compile(
        _ job: Job,
        by method: BuildMethod,
        events: (BuildEvent) -> Void
    ) throws(BuildError) -> String {
        switch method {
        case .local(let swift):
            let arguments = BuildMethod.swiftArguments(package: job.package, scratch: job.scratch)
            try check(try run(swift, arguments, events), "swift build")
        case .sdk(let swift, let name):
            let arguments = BuildMethod.swiftArguments(package: job.package, scratch: job.scratch, sdk: name)
            try check(try run(swift, arguments, events), "swift build with Swift SDK \(name)")
        case .container(let engines, let image):
            try compileInContainer(job, try engine(of: engines), image, events)
        }
        let executable = "\(job.scratch)/release/bootstrap"
        guard Files.isRegular(executable) else {
            throw BuildError(
                .compileFailed,
                "the build made no executable `bootstrap`",
                fix: "give the handlers' package an executable product of that name"
            )
        }
        return executable
    }

    private typealias Outcome = (exit: ProcessExit, output: [String])

    private func run(
        _ executable: String,
        _ arguments: [String],
        _ events: (BuildEvent) -> Void
    ) throws(BuildError) -> Outcome {
        var output: [String] = []
        let command = ProcessCommand(executable: executable, arguments: arguments, environment: environment)
        do throws(ProcessError) {
            let exit = try runner.run(command) { _, line in
                events(.output(line))
                output.append(line)
                if output.count == 2 * BuildError.maximumOutputLines {
                    output.removeFirst(BuildError.maximumOutputLines)
                }
            }
            return (exit, Array(output.suffix(BuildError.maximumOutputLines)))
        } catch {
            throw BuildError(error)
        }
    }

    /// The first engine that answers: a client without its daemon is as good as none.
    private func engine(of engines: [String]) throws(BuildError) -> String {
        var output: [String] = []
        for engine in engines {
            let outcome = try run(engine, ["info"]) { _ in }
            if outcome.exit.succeeded { return engine }
            output += outcome.output.suffix(5)
        }
        let names = engines.map(ContainerImage.engineName).joined(separator: ", ")
        throw BuildError(
            .noContainerEngine,
            "\(names) \(engines.count == 1 ? "is" : "are") installed but not running",
            fix: "start \(engines.count == 1 ? "it" : "one of them") and run again",
            output: output
        )
    }

    private func compileInContainer(
        _ job: Job,
        _ engine: String,
        _ image: String?,
        _ events: (BuildEvent) -> Void
    ) throws(BuildError) {
        let tag = image ?? ContainerImage.tag(job.architecture)
        if image == nil, try !run(engine, ["image", "inspect", tag], { _ in }).exit.succeeded {
            let folder = "\(job.scratch)/image"
            try Files.makeDirectory(folder)
            try Files.writeAtomically(Array(ContainerImage.dockerfile.utf8), to: "\(folder)/Dockerfile")
            let arguments = ContainerImage.buildArguments(tag: tag, folder: folder, architecture: job.architecture)
            try check(try run(engine, arguments, events), "making the image to build in")
        }
        let name = "botctl-build-\(job.key.prefix(16))"
        let arguments = ContainerImage.runArguments(
            engine: engine,
            image: tag,
            name: name,
            package: job.package,
            scratch: job.scratch,
            architecture: job.architecture,
            user: user
        )
        do throws(BuildError) {
            try check(try run(engine, arguments, events), "swift build in \(tag)")
        } catch {
            // The engine's client is gone, its container may not be.
            if error.code == .interrupted { _ = try? run(engine, ["rm", "--force", name]) { _ in } }
            throw error
        }
    }

    private func check(_ outcome: Outcome, _ what: String) throws(BuildError) {
        guard !outcome.exit.succeeded else { return }
        for explanation in Self.explanations
        where outcome.output.contains(where: { line in explanation.marks.contains { line.contains($0) } }) {
            throw BuildError(
                explanation.code,
                explanation.message,
                fix: explanation.fix,
                output: outcome.output
            )
        }
        let how =
            switch outcome.exit {
            case .exited(let code): "with exit code \(code)"
            case .signalled(let signal): "by signal \(signal)"
            }
        throw BuildError(
            .compileFailed,
            "\(what) ended \(how)",
            fix: "correct what the compiler's output names",
            output: outcome.output
        )
    }

    private struct Explanation {
        var code: BuildError.Code
        /// Parts of lines that swift, clang, lld, gold and ld write.
        var marks: [String]
        var message: String
        var fix: String
    }

    private static let explanations = [
        Explanation(
            code: .noOpenSSL,
            marks: [
                "openssl/ssl.h' file not found", "find library -l:libssl.a", "find library -l:libcrypto.a",
                "cannot find -l:libssl.a", "cannot find -l:libcrypto.a",
            ],
            message: "OpenSSL's headers or static libraries (libssl.a, libcrypto.a) are missing",
            fix: "install them: `apt-get install libssl-dev` on Debian and Ubuntu, `apk add openssl-dev "
                + "openssl-libs-static` on Alpine; elsewhere set handlers.build to container"
        ),
        Explanation(
            code: .noStaticLibraries,
            marks: ["static-executable-args.lnk", "static-stdlib-args.lnk", "cannot find -lc:"],
            message: "the toolchain has no static libraries to link",
            fix: "install the full toolchain from https://www.swift.org/install and the C library's archives "
                + "(`apt-get install libc6-dev`, `dnf install glibc-static`), or set handlers.build to container"
        ),
    ]
}
