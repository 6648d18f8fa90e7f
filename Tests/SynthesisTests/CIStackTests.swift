import CloudFormation
import Synthesis
import TestSupport
import Testing

@testable import BotSpec

/// Whom the roles of CI trust. cfn-lint reads the goldens with the others.
@Suite struct CIStackTests {
    static let cases: [(name: String, trust: String, owns: Bool, boundary: String?)] = [
        ("ci-github", "github:acme/support-bot", true, nil),
        (
            "ci-github-environment", "github:acme/support-bot@environment:production", false,
            "arn:aws:iam::111122223333:policy/ci"
        ),
        ("ci-gitlab", "gitlab:acme/bots/support@release/1.x", true, nil),
    ]

    static func stack(_ trust: String, owns: Bool, boundary: String? = nil) throws -> CIStack {
        CIStack(
            trust: try RepositoryTrust(parsing: trust),
            spec: .fixture { $0.stage = "prod" },
            previews: [DeployerPolicyTests.preview],
            account: DeployerPolicyTests.account,
            ownsProvider: owns,
            permissionsBoundary: boundary
        )
    }

    @Test(arguments: cases.indices)
    func template(_ index: Int) throws {
        let (name, trust, owns, boundary) = Self.cases[index]
        let stack = try Self.stack(trust, owns: owns, boundary: boundary)
        expectGolden(stack.template.encoded(), "\(name).template.json")
        #expect(stack.oversized == [])
        #expect(stack.template.capabilities == ["CAPABILITY_NAMED_IAM"])
    }

    /// The audience and the subject are both compared, and nothing but a branch is ever a pattern.
    @Test(arguments: cases.indices)
    func trustIsNarrow(_ index: Int) throws {
        let (_, text, owns, _) = Self.cases[index]
        let trust = try RepositoryTrust(parsing: text)
        let template = try Self.stack(text, owns: owns).template
        let roles = template.resources.filter { $0.type == "AWS::IAM::Role" }
        #expect(roles.count == 2)
        for role in roles {
            let statement = role.properties["AssumeRolePolicyDocument"]?["Statement"]?.list?.first
            let equals = statement?["Condition"]?["StringEquals"]
            let like = statement?["Condition"]?["StringLike"]
            #expect(equals?["\(trust.issuer):aud"]?.string == trust.audience)
            let subject = try #require((equals?["\(trust.issuer):sub"] ?? like?["\(trust.issuer):sub"])?.string)
            #expect(subject.contains(":\(trust.repository):"))
            #expect((like == nil) == !subject.contains("*"))
            #expect(!subject.dropLast().contains("*"))
            #expect(like == nil || (trust.host == .gitlab && role.id == CIStack.pullRequestRole))
            #expect(role.properties["Path"]?.string == "/botctl-ci/", "no deployer may touch it")
        }
    }

    @Test(
        arguments: [
            ("github:a/b", .branch("main")), ("github:a/b@dev/x", .branch("dev/x")),
            ("github:A.b/c_d@environment:prod-1", .environment("prod-1")), ("gitlab:a/b/c/d@v1", .branch("v1")),
        ] as [(String, RepositoryTrust.Place)]
    )
    func repositoriesAreRead(text: String, place: RepositoryTrust.Place) throws {
        #expect(try RepositoryTrust(parsing: text).deploysFrom == place)
    }

    @Test(
        arguments: [
            "", "a/b", "github", "github:", "github:a", "github:a/", "github:/b", "github:a/b/c", "github:*/*",
            "github:a/*", "github:a/b?", "github:a/b@", "github:a/b@*", "github:a/b@x*", "github:a/b@x//y",
            "github:a/b@environment:", "github:a/b@environment:*", "github:a/b@environment:a:b", "github:a/b:c",
            "gitlab:a", "gitlab:a/b@environment:prod", "bitbucket:a/b", "github:a b/c", "github:a/b@re lease",
            "github:a/b\n", "GITHUB:a/b",
        ]
    )
    func othersAreRefused(text: String) {
        #expect(throws: RepositoryTrust.Problem.self) { try RepositoryTrust(parsing: text) }
    }
}
