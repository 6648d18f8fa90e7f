import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

/// 100,000 specs with random damage: each must be answered, by a spec or by at least one error, and by the same
/// twice. The seed is fixed, so a failure repeats.
@Suite struct MutationTests {
    /// Small, so that one load is quick; together they use every kind of node and most keys.
    static let seeds: [[UInt8]] = [
        smallestSpec,
        "version: 1\nname: a\nregion: us-east-2\npromptFile: prompts/support.md\nrules: hollow\nmodel: {id: x.y}\n",
        "a: &a [1, 2.5, ~, true]\nb: {c: *a, <<: {d: 'e', f: \"g\\n\"}}\nh: |\n  x\n  y\ni: >-\n  z\n",
        "version: 1\nroutes: {$connect: connect, sendMessage: {timeout: 29, environment: {AB: c}}}\nlimits: {}\n",
        "stages: {dev: {history: {turns: ~}}, prod: {table: {billing: {read: 26}}}}\nhistory: {turns: 3}\n",
        "tools: [{name: a, description: b, target: {lambda: c}, input: {type: object}}]\nhandoff: {message: m}\n",
        "guardrail: {deniedTopics: [{name: a, definition: b}], pii: [{type: EMAIL, action: block}], grounding: 0.5}\n",
        "auth: {mode: jwt, issuer: https://a.b}\nalarms: {email: a@b.c}\ntags: {\"aws:x\": y}\naccount: 1\n",
        "table: {partitionKey: a, sortKey: a, kmsKeyArn: arn:aws:kms:us-east-2:123456789012:key/1}\nregion: x\n",
    ].map { Array($0.utf8) }

    static let tokens: [[UInt8]] = [
        "\t", "\n", "\r\n", "  ", ": ", "- ", "[", "]", "{", "}", ",", "#", "&a ", "*a", "<<: *a", "!!str ", "! ",
        "|\n",
        ">\n", "\"", "'", "---\n", "...\n", "%YAML 1.2\n", "null", "~", "yes", "-1", "1e999", "0x7fffffffffffffff",
        "9223372036854775807", "-9223372036854775808", ".nan", "\u{0}", "\u{85}", "\u{2028}", "\u{FEFF}", "é", "😀",
        "\\", "? ", "@", "`", "stages:", "routes:", "prod:", "..", "/", "$", "‹",
    ].map { Array($0.utf8) }

    static func mutant(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else { break }
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            let end = min(bytes.count, place + Int.random(in: 1...12, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            case 3: bytes.insert(contentsOf: tokens.randomElement(using: &generator) ?? [], at: place)
            case 4:
                bytes.replaceSubrange(place..<end, with: tokens.randomElement(using: &generator) ?? [])
            default:
                let other = seeds.randomElement(using: &generator) ?? []
                bytes = Array(bytes[..<place] + other.dropFirst(Int.random(in: 0...other.count, using: &generator)))
            }
        }
        return bytes
    }

    @Test func aHundredThousandMutantsAreAnswered() {
        let count = 100_000
        var generator = SeededGenerator(seed: 20_260_731)
        var loader = BrokenSpec.files.filter { $0.value.count < 1000 }
        var codes: Set<String> = []
        var valid = 0
        for number in 0..<count {
            let bytes = Self.mutant(&generator)
            loader["botctl.yml"] = bytes
            let result = SpecLoader.inMemory(loader).load(projectDirectory: "", specFile: "botctl.yml", stage: "dev")
            let hasError = result.diagnostics.contains { $0.severity == .error }
            if result.spec == nil { codes.formUnion(result.diagnostics.map(\.code)) } else { valid += 1 }
            let isAnswered = (result.spec == nil) == hasError
            if !isAnswered { Issue.record("mutant \(number): \(String(decoding: bytes, as: UTF8.self))") }
            if number % 50 == 0 {
                // Rendering must not stumble over odd places either, and a second run must say the same.
                let report = DiagnosticReport(result.diagnostics) { _ in result.source }
                #expect(report.text().isEmpty == result.diagnostics.isEmpty)
                let again = BrokenSpec.load(bytes)
                #expect(again.diagnostics == result.diagnostics)
                for place in result.diagnostics.compactMap(\.range) {
                    #expect(place.start.line >= 1 && place.start.column >= 1 && place.start <= place.end)
                }
            }
        }
        #expect(valid > 500, "some damage is harmless: \(valid) were valid")
        #expect(codes.count > 57, "the mutants reach many rules: \(codes.count)")
    }
}
