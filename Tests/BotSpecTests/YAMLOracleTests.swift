import TestSupport
import Testing

@testable import BotSpec

/// Reads the same files with PyYAML, whose scanner is not libyaml's, and compares the trees node by node: kind,
/// value, line, column (but of a value that is not there, which has no place).
@Suite struct YAMLOracleTests {
    /// One of each thing that a spec can be written with.
    static let documents: [String] = [
        smallestSpec,
        "a: 1\nb: -0\nc: +12\nd: 0o17\ne: 0xFf\nf: 012\ng: 1_000\nh: 0b1\ni: 1:30\nj: 0o8\nk: 0x\nl: +\nm: '-'\n",
        "a: 1.\nb: .5\nc: 1e3\nd: 1.5E-3\ne: +.inf\nf: -.INF\ng: .nan\nh: .NaN\ni: .\nj: 1e\nk: 1e400\nl: .e1\nm: -.\n",
        "a: yes\nb: no\nc: on\nd: off\ne: y\nf: True\ng: TRUE\nh: tRUE\ni: false\nj: Null\nk: ~\nl:\nm: nULL\nn: ''\n",
        "a: 9223372036854775807\nb: 9223372036854775808\nc: -9223372036854775808\nd: 0xFFFFFFFFFFFFFFFFFF\n",
        "a: !!str 1\nb: !!str\nc: !!int \"3\"\nd: !!float 3\ne: !!bool 'true'\n",
        "a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\nc: |+\n  y\n\nd: >\n  folded\n  text\n\n  more\n   kept\n  end\n",
        "a: |2\n    two more\n  less\nb: >-\n  x\n  y\n",
        "a: \"x\\ty\\u00e9\\U0001F600\\\n  z\"\nb: 'it''s\n  folded'\nc: plain\n  over\n\n  lines\n",
        "a: &x {k: v, l: [1, 2]}\nb: *x\nc:\n  <<: *x\n  k: own\nd: {<<: [*x, {k: 1, z: 2}], y: 3}\n",
        "'<<': text\n\"a\": b\n? c\n: d\n? |\n  long\n: e\n",
        "- [a, [b, {c: d}], e]\n-\n  - f\n  -\n    g: h\n    i:\n    - j\n    - k\n- {l, m: n, o: }\n- []\n- {}\n",
        "%YAML 1.2\n---\na: b # comment\n# more\nc: d#e\n...\n",
        "\u{FEFF}é: ü\n日本語: [😀, 'x😀', y]\nz: 😀 😀\n",
        "a: b\r\nc:\r\n  - d\r\n  - e\r\n",
        "a: b\rc: |\r  d\r  e\rf: g\r",
        "a:\n- b\n-  c\ne: f\n",
        "a: http://x.y/z?q=1#f\nb: x:y\nc: -x\nd: ?x\ne: :x\nf: a - b\ng: [a:b, -c]\n",
        "a: b\n\n\n", "a", "\"a\"", "[]", "- - - a\n", "a: {b: [c, &d e, *d]}\n",
    ]

    @Test func treesAreThoseOfPyYAML() throws {
        var generator = SeededGenerator(seed: 7)
        var corpus = Self.documents.map { Array($0.utf8) }
        let handwritten = corpus.count
        corpus += BrokenSpec.all.map { Array($0.text.utf8) }
        // Line ends that YAML 1.1 knows and YAML 1.2 and editors do not.
        let notLines: [[UInt8]] = ["\u{85}", "\u{2028}", "\u{2029}"].map { Array($0.utf8) }
        while corpus.count < 8000 {
            let mutant = MutationTests.mutant(&generator)
            if !notLines.contains(where: { mutant.contains($0) }) { corpus.append(mutant) }
        }
        let questions = corpus.map { hexadecimal($0) + "\n" }.joined()
        let answers = try Python.run("Tests/BotSpecTests/yaml_oracle.py", input: Array(questions.utf8)).lines
        try #require(answers.count == corpus.count)
        var compared = 0
        for (index, (bytes, theirs)) in zip(corpus, answers).enumerated() {
            guard let ours = notation(of: bytes) else {
                #expect(index >= handwritten, "\(String(decoding: bytes, as: UTF8.self)) is refused")
                continue
            }
            guard theirs != "refused" || index < handwritten else { continue }
            compared += 1
            #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(compared > 1500, "only \(compared) were read by both")
    }

    /// `nil` for what is refused.
    private func notation(of bytes: [UInt8]) -> String? {
        guard let source = try? YAMLSource(file: "x", bytes: bytes),
            let (root, problems) = try? YAMLParser.parse(source)
        else { return nil }
        guard problems.isEmpty else { return nil }
        return root.map(notation) ?? "empty"
    }

    private func notation(_ node: YAMLNode) -> String {
        let place = "@\(node.range.start.line):\(node.range.start.column)"
        switch node.content {
        case .sequence(let items): return "[" + items.map(notation).joined(separator: ",") + "]" + place
        case .mapping(let entries):
            let parts = entries.map { entry in
                let start = entry.keyRange.start
                return "\(hexadecimal(Array(entry.key.utf8)))@\(start.line):\(start.column)=\(notation(entry.value))"
            }
            let inOrder = parts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return "{" + inOrder.joined(separator: ",") + "}" + place
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return "n"
            case .bool(let value): return "b:\(value ? 1 : 0)" + place
            case .int(let value): return "i:\(value)" + place
            case .float(let value):
                guard !value.isNaN else { return "f:nan" + place }
                return "f:" + hexadecimal(withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init)) + place
            case .string: return "s:" + hexadecimal(Array(scalar.text.utf8)) + place
            }
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
