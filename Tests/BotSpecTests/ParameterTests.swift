import TestSupport
import Testing

@testable import BotSpec

/// What a stage gives to the texts of the spec. What is refused is in `Broken/stages.txt`.
@Suite struct ParameterTests {
    static let text = """
        version: 1
        name: acme
        region: us-east-2
        parameters:
          shop: Acme
          turns: 4
          tracing: false
          secret: ~
        prompt: "You work for ${shop} (${name}, ${stage}). Prices are in $, never $${shop}."
        model: { id: meta.llama3-3-70b-instruct-v1:0 }
        history: { turns: "${turns}" }
        observability: { tracing: "${tracing}" }
        auth: { allowedOrigins: ["https://${stage}.example.com", "https://www.example.com"] }
        tags: { turns: "${turns}", mark: "${secret}" }
        stages:
          dev: { parameters: { secret: x } }
          prod:
            parameters: { shop: "Acme ${turns}", turns: 9, tracing: true, secret: "7" }
        """

    @Test func valuesKeepTheirTypes() throws {
        let result = load(Self.text)
        #expect(result.diagnostics == [])
        let spec = try #require(result.spec)
        #expect(spec.prompt == "You work for Acme (acme, dev). Prices are in $, never ${shop}.")
        #expect(spec.history.turns == 4)
        #expect(!spec.observability.tracing)
        #expect(spec.auth.allowedOrigins == ["https://dev.example.com", "https://www.example.com"])
        #expect(spec.tags == ["turns": "4", "mark": "x"])
    }

    @Test func aStageGivesItsOwn() throws {
        let spec = try #require(load(Self.text, stage: "prod").spec)
        #expect(spec.prompt.hasPrefix("You work for Acme ${turns} (acme, prod)."), "values are not looked into again")
        #expect(spec.history.turns == 9)
        #expect(spec.observability.tracing)
        #expect(spec.tags == ["turns": "9", "mark": "7"])
    }

    @Test func whatBreaksARulePointsAtTheReference() throws {
        let result = load(Self.text.replacing("turns: 9", with: "turns: 9999"))
        let diagnostic = try #require(result.diagnostics.first)
        #expect(diagnostic.code == "BOT407")
        #expect(diagnostic.range.map { [$0.start.line, $0.start.column] } == [11, 19])
    }

    /// Specs from before there were parameters hold such texts.
    @Test func withoutParametersNothingIsReplaced() throws {
        let spec = try #require(load(smallestSpec.replacing("of Acme", with: "of ${Acme} and $${x}")).spec)
        #expect(spec.prompt == "You are the support agent of ${Acme} and $${x}.")
    }

    @Test func anEmptyMapIsEnoughForTheBuiltInOnes() throws {
        let text = smallestSpec.replacing("of Acme", with: "of ${name} in ${stage}") + "parameters: {}\n"
        #expect(load(text).spec?.prompt == "You are the support agent of acme-support in dev.")
    }

    @Test func keysAndFilesAreLeftAlone() throws {
        let text =
            smallestSpec.replacing("prompt: You are the support agent of Acme.", with: "promptFile: p.md") + """
                parameters: { a: b }
                tags: { "x/a": "${a}" }
                """
        let result = load(text, files: ["p.md": "You are ${a}."])
        #expect(result.diagnostics == [])
        #expect(result.spec?.prompt == "You are ${a}.")
        #expect(result.spec?.tags == ["x/a": "b"])
    }

    /// Bounded: values are filled in once, so nothing can grow without end.
    @Test func manyReferencesAreFast() throws {
        let long = String(repeating: "${stage} ", count: 5000)
        let text =
            smallestSpec.replacing("You are the support agent of Acme.", with: "\"\(long)\"") + "parameters: {}\n"
        #expect(load(text).spec?.prompt.hasPrefix("dev dev dev") == true)
    }
}
