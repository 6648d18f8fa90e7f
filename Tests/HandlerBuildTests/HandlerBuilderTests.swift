import Glibc
import TestSupport
import Testing

@testable import BotSpec
@testable import HandlerBuild

/// A project, a cache and a PATH of stand-ins for swift and container engines. They record what they are asked,
/// and their `swift build` copies a real static executable to where the real one would put it.
private final class Workshop {
    let folder = TemporaryFolder()
    var host = HostPlatform(isLinux: true, architecture: .intel)
    var events: [BuildEvent] = []

    init(tools: [String] = ["swift"]) throws {
        try folder.write("project/handlers/Package.swift", "// manifest")
        try folder.write("project/handlers/Sources/bootstrap/main.swift", "print(1)")
        for (name, machine) in [("intel", UInt8(62)), ("arm64", 183)] {
            // The gate reads headers: a host executable with the machine's number in it.
            var executable = try Self.executable.get()
            executable[18] = machine
            try folder.write("\(name).elf", executable)
        }
        try folder.write("machine", "intel")
        for tool in tools { try add(tool) }
    }

    private static let executable = Result { try compileC("int main(void) { return 0; }", "-static", "-s") }

    func add(_ tool: String) throws {
        let script =
            tool == "swift"
            ? """
            #!/bin/sh
            printf '%s\\n' "swift $*" >>"$T/log"
            case "$1 $2" in
            "--version ") cat "$T/version" 2>/dev/null || echo "Swift version 6.3.1"; exit 0 ;;
            "sdk list") cat "$T/sdks" 2>/dev/null; exit 0 ;;
            esac
            [ -e "$T/before" ] && . "$T/before"
            while [ $# -gt 0 ]; do [ "$1" = --scratch-path ] && scratch=$2; shift; done
            mkdir -p "$scratch/release" && cp "$T/$(cat "$T/machine").elf" "$scratch/release/bootstrap"
            echo "Build complete"
            """
            : """
            #!/bin/sh
            printf '%s\\n' "\(tool) $*" >>"$T/log"
            [ -e "$T/\(tool).down" ] && { echo "no daemon" >&2; exit 1; }
            case "$1" in
            info) exit 0 ;;
            image) [ -e "$T/image" ]; exit ;;
            build) touch "$T/image"; for last; do :; done; cp "$last/Dockerfile" "$T/Dockerfile.seen"; exit 0 ;;
            esac
            [ -e "$T/before" ] && . "$T/before"
            for argument; do case "$argument" in *:/scratch) scratch=${argument%:/scratch} ;; esac; done
            mkdir -p "$scratch/release" && cp "$T/$(cat "$T/machine").elf" "$scratch/release/bootstrap"
            """
        try folder.write("bin/\(tool)", script + "\n", mode: 0o755)
    }

    func build(_ change: (inout BotSpec.Handlers) -> Void = { _ in }) throws(BuildError) -> BuiltHandlers {
        let builder = HandlerBuilder(
            environment: [
                "PATH": "\(folder.path)/bin:/usr/bin:/bin", "T": folder.path,
                "XDG_CACHE_HOME": "\(folder.path)/cache",
            ],
            host: host,
            user: (1000, 1001),
            seconds: { 0 }
        )
        events = []
        return try builder.build(spec: .fixture { change(&$0.handlers) }, projectDirectory: "\(folder.path)/project") {
            events.append($0)
        }
    }

    /// What the tools were asked since the last look.
    func calls() -> [String] {
        defer { Files.remove("\(folder.path)/log") }
        return folder.lines("log").map { $0.replacing(folder.path, with: "T") }
    }

    var wasSkipped: Bool {
        events.count == 1 && events.contains { if case .skipped = $0 { true } else { false } }
    }
}

@Suite struct HandlerBuilderTests {
    private static let flags =
        "-c release --product bootstrap --static-swift-stdlib -Xswiftc -static-executable -Xlinker -s"

    @Test func compilesOnceAndThenStartsNothing() throws {
        let workshop = try Workshop()
        let first = try workshop.build()
        #expect(
            workshop.calls() == [
                "swift --version",
                "swift build --package-path T/project/handlers \(Self.flags) "
                    + "--scratch-path T/project/.botctl/build/local-x86_64",
            ]
        )
        #expect(!first.skipped)
        #expect(
            workshop.events == [
                .started(method: "swift build for x86_64", architecture: .intel), .output("Build complete"),
                .finished(seconds: 0),
            ]
        )
        #expect(try Files.read(first.executable) == Files.read("\(workshop.folder.path)/intel.elf"))

        var second = try workshop.build()
        #expect(second.skipped && workshop.wasSkipped)
        #expect(workshop.calls() == [])
        second.skipped = false
        #expect(first == second)
    }

    @Test func aNewProjectOfTheSameHandlersCompilesNothing() throws {
        let workshop = try Workshop()
        _ = try workshop.build()
        _ = workshop.calls()
        Files.remove("\(workshop.folder.path)/project/.botctl")
        try workshop.folder.write("project/handlers/Tests/BotTests/new.swift", "not of the executable")
        try workshop.folder.write("project/handlers/README.md", "nor this")
        try workshop.folder.write("project/handlers/.build/debris", "nor this")
        #expect(try workshop.build().skipped)
        #expect(workshop.calls() == [])
    }

    @Test(arguments: ["Package.swift", "Package.resolved", "Sources/bootstrap/main.swift", "Sources/Other/new.swift"])
    func compilesAgainWhenASourceChanges(file: String) throws {
        let workshop = try Workshop()
        let first = try workshop.build()
        try workshop.folder.write("project/handlers/\(file)", "changed")
        let second = try workshop.build()
        #expect(!second.skipped)
        #expect(first.buildKey != second.buildKey)
    }

    @Test func compilesAgainWithAnotherToolchain() throws {
        let workshop = try Workshop()
        _ = try workshop.build()
        try workshop.folder.write("version", "Swift version 6.4")
        #expect(try workshop.build().skipped, "the binary is the same, so its version was not asked again")
        try workshop.add("swift")
        #expect(try !workshop.build().skipped)
    }

    /// Packages beside the handlers are not hashed, so the compiler decides.
    @Test func neverSkipsWithPackagesByPath() throws {
        let workshop = try Workshop()
        try workshop.folder.write("project/handlers/Package.swift", #".package(name: "x", path: "../common")"#)
        _ = try workshop.build()
        #expect(try !workshop.build().skipped)
    }

    @Test(arguments: ["bootstrap", "bootstrap.deflate", "build.json"])
    func aDamagedBuildIsMadeAgain(file: String) throws {
        let workshop = try Workshop()
        let built = try workshop.build()
        let path = "cache/botctl/builds/\(built.buildKey)/\(file)"
        var bytes = try Files.read("\(workshop.folder.path)/\(path)")
        bytes[bytes.count / 2] ^= 1
        try workshop.folder.write(path, bytes, mode: 0o755)
        let again = try workshop.build()
        #expect(!again.skipped)
        #expect(again.sha256 == built.sha256)
        #expect(try workshop.build().skipped)
    }

    @Test func keepsAFewBuilds() throws {
        let workshop = try Workshop()
        for number in 0..<BuildCache.maximumBuilds + 3 {
            try workshop.folder.write("project/handlers/Sources/bootstrap/main.swift", "print(\(number))")
            _ = try workshop.build()
        }
        let kept = try Files.names(in: "\(workshop.folder.path)/cache/botctl/builds")
        #expect(kept.count == BuildCache.maximumBuilds)
        #expect(try workshop.build().skipped)
    }

    @Test func failureKeepsWhatTheCompilerSaid() throws {
        let workshop = try Workshop()
        try workshop.folder.write("before", "echo compiling; echo 'main.swift:1:1: error: no' >&2; exit 1\n")
        let error = #expect(throws: BuildError.self) { try workshop.build() }
        #expect(error?.code == .compileFailed)
        #expect(error?.message == "swift build ended with exit code 1")
        #expect(Set(error?.output ?? []) == ["compiling", "main.swift:1:1: error: no"])
        #expect(workshop.events.contains(.output("main.swift:1:1: error: no")))
        try workshop.folder.write("before", "")
        #expect(try !workshop.build().skipped)
    }

    @Test(arguments: [
        ("/usr/bin/ld.gold: error: cannot find -l:libssl.a", BuildError.Code.noOpenSSL, "libssl-dev"),
        ("shim.h:4:10: error: 'openssl/ssl.h' file not found", .noOpenSSL, "libssl-dev"),
        (
            "error: no such file '/usr/lib/swift_static/linux/static-executable-args.lnk'", .noStaticLibraries,
            "swift.org"
        ),
    ])
    func explainsWhatIsMissing(line: String, code: BuildError.Code, fix: String) throws {
        let workshop = try Workshop()
        try workshop.folder.write("before", "echo \"\(line)\"; exit 1\n")
        let error = #expect(throws: BuildError.self) { try workshop.build() }
        #expect(error?.code == code)
        #expect(error?.fix.contains(fix) == true)
    }

    @Test func theGateStopsTheWrongMachine() throws {
        let workshop = try Workshop()
        try workshop.folder.write("machine", "arm64")
        let error = #expect(throws: BuildError.self) { try workshop.build() }
        #expect(error?.code == .refused)
        #expect(error?.message == "bootstrap is for arm64, the functions are to run on x86_64")
        #expect(!Files.exists("\(workshop.folder.path)/cache/botctl/builds"))
    }

    @Test func missingPiecesAreNamed() throws {
        let workshop = try Workshop(tools: [])
        func code(_ change: (inout BotSpec.Handlers) -> Void = { _ in }) -> BuildError.Code? {
            do throws(BuildError) { _ = try workshop.build(change) } catch { return error.code }
            return nil
        }
        #expect(code { $0.path = "elsewhere" } == .noHandlers)
        // The stand-ins come first on PATH, but the machine's own tools are behind them.
        let choice = MethodChoice(
            environment: ["PATH": "\(workshop.folder.path)/bin"],
            runner: PosixProcessRunner(),
            host: workshop.host
        )
        func choose(_ build: BotSpec.Handlers.Build, _ architecture: LambdaArchitecture) -> BuildError? {
            let handlers = BotSpec.Handlers(path: "", build: build, architecture: .auto, sdk: nil, image: nil)
            do throws(BuildError) { _ = try choice.method(for: handlers, architecture: architecture) } catch {
                return error
            }
            return nil
        }
        #expect(choose(.auto, .intel)?.code == .noSwift)
        #expect(choose(.local, .intel)?.code == .noSwift)
        #expect(choose(.local, .arm64)?.code == .noWay)
        #expect(choose(.sdk, .arm64)?.code == .noSwift)
        #expect(choose(.container, .arm64)?.code == .noContainerEngine)
        let noWay = choose(.auto, .arm64)
        #expect(noWay?.code == .noWay)
        for way in ["handlers.architecture to auto", "Swift SDK", "docker, podman or finch"] {
            #expect(noWay?.fix.contains(way) == true)
        }
    }

    @Test func findsTheSwiftSDKOfTheProcessor() throws {
        let workshop = try Workshop()
        try workshop.folder.write("machine", "arm64")
        try workshop.folder.write(
            "sdks",
            "swift-6.3_static-linux-0.0.1\n6.3-RELEASE_debian_bookworm_x86_64\n6.3-RELEASE_debian_bookworm_aarch64\n"
        )
        #expect(try workshop.build { $0.architecture = .arm64 }.architecture == .arm64)
        #expect(
            workshop.calls() == [
                "swift sdk list", "swift --version",
                "swift build --package-path T/project/handlers \(Self.flags) --scratch-path "
                    + "T/project/.botctl/build/sdk-arm64 --swift-sdk 6.3-RELEASE_debian_bookworm_aarch64",
            ]
        )
        _ = try workshop.build {
            $0.architecture = .arm64
            $0.build = .sdk
            $0.sdk = "mine"
        }
        #expect(workshop.calls().last?.hasSuffix("--swift-sdk mine") == true)
    }

    @Test func noSwiftSDKsInstalled() throws {
        let workshop = try Workshop()
        try workshop.folder.write("sdks", "No Swift SDKs are currently installed.\n")
        let error = #expect(throws: BuildError.self) {
            try workshop.build {
                $0.architecture = .arm64
                $0.build = .sdk
            }
        }
        #expect(error?.code == .noWay)
    }

    @Test func buildsInAContainer() throws {
        let workshop = try Workshop(tools: ["swift", "docker"])
        try workshop.folder.write("machine", "arm64")
        _ = try workshop.build { $0.architecture = .arm64 }
        let tag = ContainerImage.tag(.arm64)
        let calls = workshop.calls()
        #expect(
            calls.dropLast() == [
                "swift sdk list", "docker info", "docker image inspect \(tag)",
                "docker build --platform linux/arm64 --tag \(tag) T/project/.botctl/build/container-arm64/image",
            ]
        )
        let run = try #require(calls.last)
        #expect(run.hasPrefix("docker run --rm --name botctl-build-"))
        #expect(
            run.hasSuffix(
                " --platform linux/arm64 --user 1000:1001 --env HOME=/tmp --volume T/project/handlers:/package "
                    + "--volume T/project/.botctl/build/container-arm64:/scratch --workdir /package --entrypoint swift "
                    + "\(tag) build --package-path /package \(Self.flags) --scratch-path /scratch"
            )
        )
        #expect(workshop.folder.text("Dockerfile.seen").contains("libssl-dev"))
        #expect(try workshop.build { $0.architecture = .arm64 }.skipped)
        #expect(workshop.calls() == ["swift sdk list"])
    }

    @Test func theImageIsMadeOnceAndTheSpecsIsNotMade() throws {
        let workshop = try Workshop(tools: ["docker"])
        try workshop.folder.write("image", "")
        _ = try workshop.build { $0.build = .container }
        #expect(!workshop.calls().contains { $0.hasPrefix("docker build") })
        _ = try workshop.build {
            $0.build = .container
            $0.image = "ours/swift:6"
        }
        let calls = workshop.calls()
        #expect(calls.count == 2 && calls.last?.contains(" ours/swift:6 build ") == true)
    }

    @Test func takesTheEngineThatAnswers() throws {
        let workshop = try Workshop(tools: ["docker", "podman", "finch"])
        try workshop.folder.write("docker.down", "")
        _ = try workshop.build { $0.build = .container }
        let calls = workshop.calls()
        #expect(calls.prefix(2) == ["docker info", "podman info"])
        #expect(calls.last?.contains("--userns keep-id") == true)
        #expect(calls.last?.contains("--user 1000") == false)
        for engine in ["podman", "finch"] { try workshop.folder.write("\(engine).down", "") }
        try workshop.folder.write("project/handlers/Sources/bootstrap/main.swift", "changed")
        let error = #expect(throws: BuildError.self) { try workshop.build { $0.build = .container } }
        #expect(error?.code == .noContainerEngine)
        #expect(error?.message == "docker, podman, finch are installed but not running")
    }

    @Test func waitsForAnotherBuildOfTheProject() throws {
        let workshop = try Workshop()
        // Another process holds the project's lock for a moment.
        try Files.makeDirectory("\(workshop.folder.path)/project/.botctl")
        let lock = "\(workshop.folder.path)/project/.botctl/build.lock"
        let script = """
            flock "$L" sh -c 'echo held >"$L.held"; sleep 0.5' >/dev/null 2>&1 &
            while [ ! -s "$L.held" ]; do sleep 0.01; done
            """
        let holder = ProcessCommand(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: ["PATH": "/usr/bin:/bin", "L": lock]
        )
        _ = try PosixProcessRunner().run(holder) { _, _ in }
        _ = try workshop.build()
        #expect(workshop.events.first == .waiting)
    }
}
