import CloudFormation
import Operations
import Synthesis
import TestSupport
import Testing

@testable import BotSpec

/// What `bootstrap` makes of what an account has. The same against a local AWS is in Tests/EndToEnd/test_pipelines.py.
@Suite struct BootstrapTests {
    private static let ci = "botctl-ci-shop-dev"
    private static let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"

    private func fixture() -> Fixture {
        let fixture = Fixture()
        fixture.spec += "stages: { dev: {}, \"pr-*\": { history: { turns: 3 } } }\n"
        fixture.hasBucket()
        return fixture
    }

    private func run(_ fixture: Fixture, _ trust: String = "github:acme/bot") throws -> BootstrapAccount.Roles? {
        let options = BootstrapAccount.Options(trust: try RepositoryTrust(parsing: trust))
        return try BootstrapAccount.run(fixture.context, fixture.host, options: options).roles
    }

    private func template(_ fixture: Fixture) throws -> Template {
        try Template.parse(try #require(fixture.aws.stacks[Self.ci]?.template))
    }

    @Test func anAccountWithoutTheProviderGetsIt() throws {
        let fixture = fixture()
        let roles = try #require(try run(fixture))
        #expect(roles.outcome == .created && roles.previews == ["pr-*"])
        #expect(try template(fixture).resource("Provider")?.type == "AWS::IAM::OIDCProvider")
        // Made by this very stack, it is not somebody else's the next time.
        fixture.aws.providers[Self.provider] = ["sts.amazonaws.com"]
        #expect(try run(fixture)?.outcome == .nothingToDo)
        #expect(try template(fixture).resource("Provider") != nil)
    }

    @Test func aProviderThatIsThereIsUsed() throws {
        let fixture = fixture()
        fixture.aws.providers[Self.provider] = ["other", "sts.amazonaws.com"]
        _ = try run(fixture)
        let template = try template(fixture)
        #expect(template.resource("Provider") == nil)
        #expect(template.encoded().contains("oidc-provider/token.actions.githubusercontent.com"))
    }

    @Test func aProviderForOthersIsRefused() throws {
        let fixture = fixture()
        fixture.aws.providers[Self.provider] = ["other"]
        let error = #expect(throws: OperationError.self) { try run(fixture) }
        #expect(error?.code == .ci && error?.fix.contains("--client-id sts.amazonaws.com") == true)
        #expect(fixture.aws.stacks[Self.ci] == nil)
    }

    @Test func nothingIsMadeWithoutAYes() throws {
        let fixture = fixture()
        fixture.assumeYes = false
        let error = #expect(throws: OperationError.self) { try run(fixture) }
        #expect(error?.code == .consentNeeded)
        #expect(fixture.aws.stacks[Self.ci] == nil, "the plan and its empty stack are gone again")
    }

    @Test func aSpecThatAsksForMoreWidensTheRoles() throws {
        let fixture = fixture()
        _ = try run(fixture)
        fixture.spec += "alarms: { email: ops@example.com }\n"
        fixture.aws.providers[Self.provider] = ["sts.amazonaws.com"]
        #expect(try run(fixture)?.outcome == .updated)
        #expect(try template(fixture).encoded().contains("cloudwatch:PutMetricAlarm"))
    }

    @Test func previewsOfAnotherAccountAreLeftToIt() throws {
        let fixture = fixture()
        fixture.spec = fixture.spec.replacing("history: { turns: 3 }", with: "account: \"999999999999\"")
        #expect(try run(fixture)?.previews == [])
        #expect(fixture.host.notes.contains { $0.contains("999999999999") })
    }

    @Test func policyKnowsItsPatternAndAccount() throws {
        let fixture = fixture()
        func policy(_ job: DeployerPolicy.Job, stage: String = "dev", account: String? = nil) throws -> Policy.Result {
            var context = fixture.context
            context.stage = stage
            return try Policy.run(context, fixture.host, job: job, account: account)
        }
        #expect(try policy(.deploy).account == "111122223333")
        #expect(try policy(.deploy, account: "222222222222").account == "222222222222")
        for stage in ["dev", "pr-*", "pr-8"] { #expect(try policy(.preview, stage: stage).stage == "pr-*") }
        fixture.spec = fixture.spec.replacing("dev: {}", with: "dev: {}, \"try-*\": {}")
        let error = #expect(throws: OperationError.self) { try policy(.preview) }
        #expect(error?.code == .ci && error?.details == ["try-*", "pr-*"])
        #expect(try policy(.preview, stage: "try-*").stage == "try-*")
        #expect(throws: OperationError.self) { try policy(.deploy, stage: "else") }
    }
}

extension Fixture {
    fileprivate func hasBucket() {
        aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
    }
}

extension TestHost {
    fileprivate var notes: [String] {
        events.compactMap { if case .note(let text) = $0 { text } else { nil } }
    }
}
