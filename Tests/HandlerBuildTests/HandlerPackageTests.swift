import AWSCore
import BotContract
import FoundationEssentials
import TestSupport
import Testing

@testable import BotSpec
@testable import HandlerBuild

@Suite struct HandlerPackageTests {
    private let folder = TemporaryFolder()

    init() throws { try folder.write("handlers/ca.pem", "certificates\n") }

    private func handlers(_ executable: [UInt8] = Array("ELF".utf8)) -> BuiltHandlers {
        BuiltHandlers(
            executable: "/nonexistent",
            architecture: .arm64,
            sha256: hexEncode(sha256(executable)),
            size: executable.count,
            buildKey: "key",
            skipped: true,
            deflated: ZipWriter.deflate(executable),
            crc32: ZipWriter.checksum(executable)
        )
    }

    private func package(_ change: (inout BotSpec) -> Void = { _ in }) throws(BuildError) -> HandlerPackage {
        try HandlerPackage.make(spec: .fixture(change), handlers: handlers(), projectDirectory: folder.path)
    }

    @Test func holdsWhatLambdaRuns() throws {
        try folder.write("handlers/lib/libextra.so.1", "library")
        try folder.write("handlers/lib/.hidden", "no")
        let package = try package()
        #expect(package.entries.map(\.name) == ["bootstrap", "bot.json", "ca.pem", "lib/libextra.so.1"])
        #expect(package.sha256 == hexEncode(sha256(package.zip)))
        let zip = try ZipArchive(tail: package.zip)
        #expect(zip.entries.map(\.crc32) == package.entries.map(\.crc32))
        for entry in package.entries {
            let contents = try #require(try zip.contents(of: entry.name))
            #expect(contents.count == entry.size)
            #expect(hexEncode(sha256(contents)) == entry.sha256)
        }
        #expect(try zip.contents(of: "bot.json") == Array(package.configuration.utf8))
        try folder.write("a.zip", package.zip)
        let modes = try runProgram("unzip", ["-Z", "\(folder.path)/a.zip"]).lines.filter { $0.contains("80-Jan-01") }
        #expect(modes.map { String($0.prefix(10)) } == ["-rwxr-xr-x", "-rw-r--r--", "-rw-r--r--", "-rwxr-xr-x"])
    }

    @Test func sameSpecSameBytes() throws {
        #expect(try package() == package())
        #expect(try package().sha256 != package { $0.prompt += " Be brief." }.sha256)
    }

    @Test func nameIsItsContent() {
        #expect(HandlerPackage.artifactKey(botName: "acme", sha256: "ab") == "acme/ab.zip")
    }

    @Test func configurationIsTheSpecs() throws {
        let rules = [BotSpec.RuleDocument(file: "rules/returns.md", text: "# Returns\n30 days / free")]
        let json = try package { spec in
            spec.rules = rules
            spec.auth.allowedOrigins = ["https://acme.example"]
        }.configuration
        let decoded = try JSONDecoder().decode(BotConfiguration.self, from: Data(json.utf8))
        #expect(
            decoded
                == HandlerPackage.configuration(
                    for: .fixture { spec in
                        spec.rules = rules
                        spec.auth.allowedOrigins = ["https://acme.example"]
                    }
                )
        )
        #expect(decoded.rules.map(\.id) == ["returns-1"])
        #expect(json.contains(#""text":"30 days / free""#))
        #expect(json.contains(#""temperature":0.2"#))
        #expect(json.hasPrefix(#"{"auth":"#) && json.hasSuffix("}\n"))
    }

    @Test func configurationHasTheTools() {
        let schema = #"{"type":"object"}"#
        func tool(_ name: String, _ target: BotSpec.Tool.Target, confirm: Bool) -> BotSpec.Tool {
            .init(name: name, description: "d", inputSchema: schema, target: target, timeout: 7, confirm: confirm)
        }
        let headers = [BotConfiguration.Header(name: "X-Key", parameter: "/acme/key")]
        let configuration = HandlerPackage.configuration(
            for: .fixture { spec in
                spec.tools = [
                    tool("a", .lambda(arn: "arn:a"), confirm: true),
                    tool("b", .https(url: "https://b.example", headers: headers), confirm: false),
                ]
                spec.handoff = .init(message: "m", notify: "a@example.com", byModel: true, unansweredTurns: 3)
            }
        )
        #expect(
            configuration.tools == [
                .init(name: "a", description: "d", inputSchema: schema, lambda: "arn:a", timeout: 7, confirm: true),
                .init(
                    name: "b",
                    description: "d",
                    inputSchema: schema,
                    url: "https://b.example",
                    headers: headers,
                    timeout: 7,
                    confirm: false
                ),
            ]
        )
        #expect(configuration.handoff == .init(message: "m", byModel: true, unansweredTurns: 3))
    }

    @Test func missingAuthoritiesAreNamed() throws {
        Files.remove("\(folder.path)/handlers/ca.pem")
        let error = #expect(throws: BuildError.self) { try package() }
        #expect(error?.code == .noHandlers)
        #expect(error?.message == "handlers/ca.pem is missing")
    }

    @Test func tooLargeIsRefused() throws {
        var generator = SeededGenerator(seed: 1)
        var noise = [UInt8](repeating: 0, count: HandlerPackage.maximumZipBytes + 4096)
        noise.withUnsafeMutableBytes { buffer in
            for offset in stride(from: 0, to: buffer.count - 8, by: 8) {
                buffer.storeBytes(of: generator.next(), toByteOffset: offset, as: UInt64.self)
            }
        }
        var large = handlers()
        large.deflated = noise
        let zipped = #expect(throws: BuildError.self) {
            try HandlerPackage.make(spec: .fixture(), handlers: large, projectDirectory: folder.path)
        }
        #expect(zipped?.code == .tooLarge)
        large = handlers()
        large.size = ELFGate.maximumUnpackedBytes
        let unpacked = #expect(throws: BuildError.self) {
            try HandlerPackage.make(spec: .fixture(), handlers: large, projectDirectory: folder.path)
        }
        #expect(unpacked?.code == .tooLarge)
    }

    /// Five roots, each readable by OpenSSL and not expired: what a cold start trusts.
    @Test func certificateAuthoritiesAreAmazons() throws {
        let pem = String(decoding: try Files.read(Repository.path("handlers/ca.pem")), as: UTF8.self)
        let certificates = pem.split(separator: "-----END CERTIFICATE-----").filter { $0.contains("-----BEGIN") }
        var subjects: [String] = []
        for certificate in certificates {
            try folder.write("one.pem", "\(certificate)-----END CERTIFICATE-----\n")
            let read = try runProgram(
                "openssl",
                [
                    "x509", "-in", "\(folder.path)/one.pem", "-noout", "-subject", "-nameopt", "multiline", "-checkend",
                    "0",
                ]
            )
            #expect(read.succeeded, "\(read)")
            let name = read.lines.first { $0.contains("commonName") }?.split(separator: "=").last
            subjects.append(MarkdownOutline.trimmed(name ?? ""))
        }
        #expect(
            subjects == [
                "Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4",
                "Starfield Services Root Certificate Authority - G2",
            ]
        )
    }
}
