import TestSupport
import Testing

@testable import AWSClients

@Suite struct INIFileTests {
    @Test func valuesOfEveryKind() throws {
        let text = """
            \u{FEFF}[DEFAULT]
            shared = d
            [one]
            a = 1 = 2
            b: x
              more

              and more
            # comment
            nested =
              k = v
              empty =
            [two]
            shared = own
            blank =
            """
        let file = try INIFile(Array(text.utf8))
        #expect(
            file.sections == [
                "one": [
                    "shared": .text("d"), "a": .text("1 = 2"), "b": .text("x\nmore\n\nand more"),
                    "nested": .nested(["k": "v", "empty": ""]),
                ],
                "two": ["shared": .text("own"), "blank": .text("")],
            ]
        )
    }

    @Test(
        arguments: [
            ("a=1", 1), ("[s]\na=1\na=2", 3), ("[s]\n[t]\n[s]", 3), ("[s]\noops", 2), ("[s]\n=x", 2),
            ("[s]\na =\n  k = v\n  oops", 4), ("\n\n; c\nx", 4),
        ]
    )
    func errorsNameTheLine(_ text: String, _ line: Int) {
        do {
            _ = try INIFile(Array(text.utf8))
            Issue.record("\(text) was accepted")
        } catch let error {
            #expect(error.line == line, "\(error)")
        }
    }

    @Test func hostileInputCrashesNothing() {
        let texts =
            SessionOracleTests.cases.flatMap { [$0.config, $0.credentials] }
            + CredentialCase.all.flatMap { [$0.config, $0.credentials] }
        let seeds = texts.compactMap { $0.map { Array($0.utf8) } }
        var generator = SeededGenerator(seed: 3)
        for round in 0..<10_000 {
            let seed = seeds.randomElement(using: &generator) ?? []
            let alphabet: [UInt8] = round % 2 == 0 ? Array("[]=:#; \t\r\n\"'\\aB".utf8) : Array(0...255)
            let bytes = mutated(seed, &generator, alphabet: alphabet)
            let options = testOptions(
                environment: ["AWS_CONFIG_FILE": "c", "AWS_SHARED_CREDENTIALS_FILE": "k"],
                files: ["c": bytes, "k": mutated(bytes, &generator, alphabet: alphabet)]
            )
            _ = try? AWSSession(options: options)
        }
    }
}
