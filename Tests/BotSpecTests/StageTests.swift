import BotContract
import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

@Suite struct StageTests {
    private static let staged =
        smallestSpec + """
            account: "111111111111"
            history: { turns: 3, retentionDays: 7 }
            auth: { allowedOrigins: [https://a.example.com, https://b.example.com] }
            tags: { team: support, tier: low }
            routes:
              $connect: connect
              $disconnect: disconnect
              hello: hello
              sendMessage: sendMessage
              history: { handler: history, memory: 512 }
            stages:
              dev:
              prod:
                account: "222222222222"
                history: { turns: 9, retentionDays: null }
                auth: { allowedOrigins: [https://c.example.com] }
                tags: { tier: high, team: ~ }
                routes:
                  sendMessage: { memory: 1024 }
                  history: ~
                protect: true
            """

    @Test func aStageIsMergedDeeply() throws {
        let result = load(Self.staged, stage: "prod")
        #expect(result.diagnostics == [])
        #expect(result.stages == ["dev", "prod"])
        let spec = try #require(result.spec)
        #expect(spec.stackName == "acme-support-prod")
        #expect(spec.account == "222222222222")
        #expect(spec.history == .init(turns: 9, retentionDays: 30), "null goes back to the default, not to the base")
        #expect(spec.auth.allowedOrigins == ["https://c.example.com"], "lists replace")
        #expect(spec.tags == ["tier": "high"])
        #expect(spec.protect)
        #expect(spec.routes.map(\.key) == ["$connect", "$disconnect", "hello", "sendMessage"])
        #expect(spec.routes.last?.handler == .sendMessage)
        #expect(spec.routes.last?.settings == .init(memory: 1024, timeout: 29, concurrency: nil))
    }

    @Test(arguments: ["dev", "pr-42"])
    func anEmptyOrUnlistedStageIsTheBase(_ stage: String) throws {
        let result = load(Self.staged, stage: stage)
        #expect(result.diagnostics.map(\.code) == (stage == "dev" ? [] : ["BOT204"]))
        #expect(result.diagnostics.allSatisfy { $0.severity == .warning })
        let spec = try #require(result.spec)
        #expect(spec.stage == stage)
        #expect(spec.history == .init(turns: 3, retentionDays: 7))
        #expect(spec.routes.count == 5)
    }

    @Test func aStageMayGiveWhatTheBaseLacks() throws {
        let text = """
            version: 1
            name: acme
            model: { id: us.meta.llama3-3-70b-instruct-v1:0 }
            stages:
              dev: { region: us-east-1, prompt: Be kind. }
              prod: { region: us-west-2, prompt: Be very kind. }
            """
        #expect(load(text, stage: "prod").spec?.region == "us-west-2")
        #expect(load(text, stage: "dev").diagnostics == [])
        #expect(load(text, stage: "other").diagnostics.map(\.code) == ["BOT102", "BOT102", "BOT204"])
    }

    @Test func whatAnotherStageLacksNamesTheStage() throws {
        let text =
            smallestSpec.replacing("region: us-east-2\n", with: "") + """
                stages:
                  dev: { region: us-east-2 }
                  prod: { protect: true }
                """
        let diagnostics = load(text).diagnostics
        #expect(diagnostics.map(\.code) == ["BOT102"])
        #expect(diagnostics.first?.message == "the spec lacks `region` in stage `prod`")
    }

    @Test func builtInRoutesAreTheBaseOfAStagesRoutes() throws {
        let text = smallestSpec + "stages: { dev: { routes: { sendMessage: { memory: 512 }, history: ~ } } }\n"
        let spec = try #require(load(text).spec)
        #expect(
            spec.routes.map(\.key) == [
                "$connect", "$disconnect", "$default", "feedback", "handoff", "hello", "sendMessage",
            ]
        )
        #expect(spec.routes.last?.settings.memory == 512)
    }

    @Test func theCommandLinesRegionCounts() throws {
        let result = load(smallestSpec, region: "us-west-2")
        #expect(result.diagnostics.map(\.code) == ["BOT403"], "the model is checked against it")
        let bad = load(smallestSpec, region: "Oregon")
        #expect(bad.diagnostics.map(\.code) == ["BOT205"])
        #expect(bad.diagnostics.first?.range == nil, "the file is not to blame")
        #expect(load(smallestSpec.replacing("region: us-east-2\n", with: ""), region: "us-east-2").spec != nil)
    }

    @Test func theCommandLinesStageIsChecked() {
        let bad = load(smallestSpec, stage: "Feature/42")
        #expect(bad.diagnostics.map(\.code) == ["BOT203"])
        #expect(bad.diagnostics.first?.range == nil)
        #expect(bad.diagnostics.first?.fix == "write `feature-42`")
        #expect(load(smallestSpec, stage: String(repeating: "x", count: 60)).diagnostics.map(\.code) == ["BOT202"])
    }

    @Test func theSourceMapFindsValuesOfTheSelectedStage() throws {
        let map = load(Self.staged, stage: "prod").sourceMap
        func place(_ path: String) -> [Int]? { map.range(of: path).map { [$0.start.line, $0.start.column] } }
        #expect(place("model.id") == [6, 7])
        #expect(place("routes.sendMessage.memory") == [25, 30])
        #expect(place("routes.sendMessage.handler") == [15, 16], "from the base")
        #expect(place("routes.sendMessage.timeout") == [25, 20], "not written: the map that would hold it")
        #expect(place("auth.allowedOrigins[0]") == [22, 30])
        #expect(map.keyRange(of: "tags.tier").map { [$0.start.line, $0.start.column] } == [23, 13])
        #expect(place("nonsense.of.any[3].kind") == [1, 1])
    }
}
