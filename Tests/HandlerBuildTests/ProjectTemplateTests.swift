import AWSCore
import TestSupport
import Testing

@testable import BotSpec
@testable import HandlerBuild

@Suite struct ProjectTemplateTests {
    private let files = ProjectTemplate.files(name: "acme-help", region: "eu-central-1")

    private func contents(_ path: String) -> String { files.first { $0.path == path }?.contents ?? "" }

    @Test func holdsAWholeProject() {
        let paths = Set(files.map(\.path))
        for path in [
            "botctl.yml", "README.md", ".gitignore", ".github/workflows/botctl.yml", "handlers/Package.swift",
            "handlers/ca.pem", "handlers/Sources/bootstrap/main.swift", "rules/returns.md",
        ] { #expect(paths.contains(path), "\(path)") }
        #expect(paths.count == files.count)
        #expect(!files.contains { $0.path.contains("/.build") || $0.path.hasSuffix("Package.resolved") })
        #expect(files.first { $0.path == "handlers/ca.sh" }?.executable == true)
        #expect(files.first { $0.path == "botctl.yml" }?.executable == false)
    }

    /// The repository's tests need its peers, so they stay there; SwiftPM takes the manifest without them.
    @Test func handlersAreAPackageWithoutTests() throws {
        #expect(!files.contains { $0.path.contains("/Tests/") })
        let folder = TemporaryFolder()
        defer { folder.remove() }
        for file in files where file.path.hasPrefix("handlers/") { try folder.write(file.path, file.contents) }
        let described = try runProgram(
            "swift",
            ["package", "--package-path", "\(folder.path)/handlers", "describe", "--type", "json"],
            environment: ["HOME": folder.path]
        )
        try #require(described.succeeded, "\(described)")
        let targets = try #require(try JSONValue.parse(described.bytes)["targets"]?.arrayValue)
        #expect(
            Set(targets.compactMap { $0["name"]?.stringValue })
                == [
                    "COpenSSL", "AWSCore", "BotContract", "LambdaRuntime", "Retrieval", "JSONSchema", "Bot",
                    "bootstrap",
                ]
        )
    }

    /// There is one copy: what `init` writes is what this repository builds and tests.
    @Test func handlersAndRulesAreTheRepositorysOwn() throws {
        for file in files where file.path.hasPrefix("handlers/") || file.path.hasPrefix("rules/") {
            let original = try Files.read(Repository.path(file.path))
            #expect(Array(file.contents.utf8) == original, "\(file.path)")
        }
    }

    @Test func nameAndRegionAreTheCallers() {
        let spec = contents("botctl.yml")
        #expect(spec.contains("\nname: acme-help\n"))
        #expect(spec.contains("\nregion: eu-central-1\n"))
        #expect(!spec.contains("tarn-support"))
        #expect(contents("README.md").hasPrefix("# acme-help\n"))
        #expect(contents(".github/workflows/botctl.yml").contains("AWS_REGION: eu-central-1\n"))
        #expect(!files.contains { $0.contents.contains("{{name}}") || $0.contents.contains("{{region}}") })
    }

    @Test func keepsTheExamplesRegion() {
        let spec = ProjectTemplate.files(name: "x", region: nil).first { $0.path == "botctl.yml" }?.contents
        #expect(spec?.contains("\nregion: us-east-2\n") == true)
    }

    @Test(arguments: ProjectTemplate.regionsWithModels)
    func validatesAsWritten(region: String) throws {
        let folder = TemporaryFolder()
        for file in ProjectTemplate.files(name: "acme-help", region: region) {
            try folder.write(file.path, file.contents)
        }
        for stage in ["dev", "prod", "pr-42"] {
            let result = SpecLoader.live.load(
                projectDirectory: folder.path,
                specFile: "botctl.yml",
                stage: stage,
                overrides: SpecOverrides()
            )
            #expect(result.diagnostics == [])
            #expect(result.spec?.name == "acme-help")
            #expect(result.spec?.region == region)
            #expect(result.spec?.rules.isEmpty == false)
        }
    }

    @Test func keepsTheExamplesModelsWhereTheyAre() {
        func models(_ region: String) -> [String] {
            let spec = ProjectTemplate.files(name: "x", region: region).first { $0.path == "botctl.yml" }
            return (spec?.contents ?? "").split(separator: "\n")
                .filter { $0.hasPrefix("  id: ") || $0.hasPrefix("  fallback: ") }.map(String.init)
        }
        let fallback = "  fallback: us.meta.llama3-1-8b-instruct-v1:0"
        #expect(models("us-east-2") == ["  id: meta.llama3-3-70b-instruct-v1:0", fallback])
        #expect(models("us-east-1") == ["  id: us.meta.llama3-3-70b-instruct-v1:0", fallback])
        #expect(models("eu-west-2") == ["  id: meta.llama3-70b-instruct-v1:0"])
        #expect(models("eu-central-1") == ["  id: meta.llama3-3-70b-instruct-v1:0", fallback])
    }

    /// Only the chosen host's CI; what its jobs run is tried end to end.
    @Test func ciIsOfOneHost() {
        func paths(_ files: [ProjectTemplate.File]) -> [String] { files.map(\.path) }
        let github = [
            ".github/actions/botctl/action.yml", ".github/actions/botctl/comment.sh", ".github/workflows/botctl.yml",
        ]
        #expect(paths(ProjectTemplate.files(of: .github, region: "eu-west-1")) == github)
        #expect(paths(ProjectTemplate.files(of: .gitlab, region: "eu-west-1")) == [".gitlab-ci.yml"])
        #expect(!paths(files).contains(".gitlab-ci.yml"))
        let other = paths(ProjectTemplate.files(name: "x", region: nil, ci: .gitlab))
        #expect(other.contains(".gitlab-ci.yml") && !other.contains { $0.hasPrefix(".github/") })
        for ci in ProjectTemplate.CI.allCases {
            let files = ProjectTemplate.files(of: ci, region: "eu-west-1")
            #expect(files.contains { $0.contents.contains("AWS_REGION: eu-west-1\n") })
            #expect(!files.contains { $0.contents.contains("{{region}}") })
        }
    }
}
