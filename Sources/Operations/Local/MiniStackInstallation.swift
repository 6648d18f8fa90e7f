import FoundationEssentials
import HandlerBuild
import LocalAWS

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// MiniStack in the user's cache folder, for whoever has none: made on first use, whole or not at all.
package struct MiniStackInstallation {
    private let context: ProjectContext
    /// `$XDG_CACHE_HOME/botctl`, or wherever the user's cache is.
    private let cache: String

    package init(_ context: ProjectContext) {
        self.context = context
        cache = UserCache.folder(
            environment: context.effects.environment,
            projectDirectory: context.directory
        )
    }

    package static var name: String { "MiniStack \(MiniStackLocator.version)" }

    package var folder: String { "\(cache)/ministack-\(MiniStackLocator.version)" }

    /// Where one is: the user's own, or the installed one; `nil` for neither.
    /// - Throws: where the user names one that is none.
    package func find() throws(OperationError) -> String? {
        do throws(LocalAWSError) {
            return try MiniStackLocator(environment: context.effects.environment, isExecutable: Self.isExecutable)
                .find(asked: nil, projectDirectory: context.directory)
        } catch {
            let named = context.effects.environment[MiniStackLocator.environmentVariable] ?? ""
            guard named.isEmpty else { throw OperationError(.local, error.message, fix: error.fix) }
            return installed
        }
    }

    /// Its executable, installed if need be.
    package func ensure(mayInstall: Bool, _ host: any OperationHost) throws(OperationError) -> String {
        if let found = try find() { return found }
        guard mayInstall else {
            throw OperationError(
                .local,
                "\(Self.name), the local AWS, is not installed, and --no-install forbids to",
                fix: "leave --no-install out, or name one in \(MiniStackLocator.environmentVariable)"
            )
        }
        let began = context.effects.clock.now()
        host.notify(
            .note(
                "\(Self.name), the local AWS, is not installed yet: it goes into \(folder), from PyPI, this once "
                    + "(--no-install forbids it)"
            )
        )
        let lock = try CacheLock(path: "\(folder).lock", context) {
            host.notify(.note("another botctl is installing \(Self.name); waiting for it"))
        }
        defer { lock.release() }
        // Somebody else may have done it meanwhile.
        if let installed { return installed }
        let python = try interpreter()
        // Left of a run that was killed: the lock says that nobody is at it.
        let partial = "\(folder).partial"
        Self.remove(partial)
        do throws(OperationError) {
            try make(partial, python, host)
        } catch {
            Self.remove(partial)
            throw error
        }
        let seconds = began.duration(to: context.effects.clock.now()) / .seconds(1)
        host.notify(.installed(name: Self.name, folder: folder, seconds: seconds))
        return "\(folder)/bin/ministack"
    }

    /// A Python that was removed since leaves a folder that does not run.
    private var installed: String? {
        let executable = "\(folder)/bin/ministack"
        return Self.isExecutable(executable) && Self.isExecutable("\(folder)/bin/python") ? executable : nil
    }

    private func make(_ partial: String, _ python: String, _ host: any OperationHost) throws(OperationError) {
        host.notify(.installing(name: Self.name, step: "making a Python of its own", share: 0))
        try run(python, ["-m", "venv", "--prompt", "ministack", partial]) { _ in }
        let own = "\(partial)/bin/python"
        var version = ""
        try run(own, ["-m", "pip", "--version"]) { version = $0 }
        var progress = PipProgress()
        host.notify(.installing(name: Self.name, step: progress.step, share: progress.share))
        let arguments = [
            "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar",
            PipVersion(version).tellsBytes ? "raw" : "off", "ministack==\(MiniStackLocator.version)",
        ]
        try run(own, arguments) { line in
            if progress.take(line) {
                host.notify(.installing(name: Self.name, step: progress.step, share: progress.share))
            }
        }
        guard Self.isExecutable("\(partial)/bin/ministack") else {
            throw OperationError(
                .local,
                "pip installed \(Self.name), but not its executable",
                fix: "run the command again"
            )
        }
        try relocate(partial)
        Self.remove(folder)
        guard rename(partial, folder) == 0 else {
            throw OperationError(
                .local,
                "\(folder) cannot be made: \(String(cString: strerror(errno)))",
                fix: "check that you may write to \(cache)"
            )
        }
    }

    /// The scripts name the Python that they belong to by its path, which is about to change.
    private func relocate(_ partial: String) throws(OperationError) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(partial)/bin")) ?? []
        for path in files.map({ "\(partial)/bin/\($0)" }) + ["\(partial)/pyvenv.cfg"] {
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size < 1 << 20,
                let bytes = try context.effects.files.read(path)
            else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            let moved = text.split(separator: partial, omittingEmptySubsequences: false).joined(separator: folder)
            if moved != text {
                try context.effects.files.write(path, Array(moved.utf8), status.st_mode & S_IXUSR != 0)
            }
        }
    }

    // MARK: Python

    private func interpreter() throws(OperationError) -> String {
        let path = context.effects.environment["PATH"]
        guard let python = findExecutable("python3", path: path) else {
            throw InstallationFailure.noPython
        }
        var version = ""
        let script = """
            import sys
            print("%d.%d" % sys.version_info[:2])
            try:
                import ensurepip, venv
            except ImportError:
                sys.exit(3)
            """
        let exit = try start(python, ["-c", script]) { version = $0 }
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        if numbers.count == 2, (numbers[0], numbers[1]) < InstallationFailure.oldestPython {
            throw InstallationFailure.oldPython(python, version)
        }
        if exit == .exited(3) { throw InstallationFailure.noEnsurepip(version) }
        guard exit.succeeded else { throw InstallationFailure.brokenPython(python) }
        return python
    }

    private func run(_ program: String, _ arguments: [String], _ line: (String) -> Void) throws(OperationError) {
        var output: [String] = []
        let exit = try start(program, arguments) { text in
            line(text)
            output.append(text)
            if output.count > 200 { output.removeFirst() }
        }
        guard exit.succeeded else { throw InstallationFailure.of(output: output) }
    }

    private func start(
        _ program: String,
        _ arguments: [String],
        _ line: (String) -> Void
    ) throws(OperationError) -> ProcessExit {
        var environment = context.effects.environment
        // Where these are set, pip puts packages elsewhere, and Python looks for them elsewhere.
        for name in ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"] {
            environment[name] = nil
        }
        environment["PIP_USER"] = "0"
        environment["PYTHONUNBUFFERED"] = "1"
        do throws(ProcessError) {
            return try context.effects.tools.run(
                ProcessCommand(executable: program, arguments: arguments, environment: environment)
            ) { line($1) }
        } catch {
            switch error {
            case .interrupted: throw .interrupted
            case .launch(let executable, let number):
                throw OperationError(
                    .local,
                    "'\(executable)' could not be started: \(String(cString: strerror(number)))",
                    fix: "check that python3 works"
                )
            }
        }
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return access(path, X_OK) == 0 && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

/// `pip 24.1 from … (python 3.12)`
struct PipVersion {
    private let numbers: [Int]

    init(_ line: String) {
        let words = line.split(separator: " ")
        numbers = words.count > 1 && words[0] == "pip" ? words[1].split(separator: ".").compactMap { Int($0) } : []
    }

    /// `--progress-bar raw` is there since 24.1 (https://pip.pypa.io/en/stable/news/#v24-1).
    var tellsBytes: Bool { numbers.count > 1 && (numbers[0], numbers[1]) >= (24, 1) }
}
