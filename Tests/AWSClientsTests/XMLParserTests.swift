import AWSCore
import TestSupport
import Testing

@testable import AWSClients

@Suite struct XMLParserTests {
    /// Documents that Python's expat and this parser must read alike, or both refuse.
    static let corpus: [String] = [
        "<a/>", "<a></a>", "<a>text</a>", "<a> <b>1</b> tail <c/> end </a>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>x</a>\n", "<!-- c --><a/><!-- d -->", "<a><!-- <b> --></a>",
        "<a><?php echo '<b>' ?>x</a>", "<a><![CDATA[<b>&amp;]] >]]></a>", "<a>1<![CDATA[2]]>3</a>",
        "<a><![CDATA[]]></a>",
        "<a>&lt;&gt;&amp;&quot;&apos;</a>", "<a>&#65;&#x42;&#x1F600;&#x000041;</a>", "<a>\u{FC}\u{1F600}</a>",
        "<a x='1' y=\"2\"/>", "<a x = '&lt;>' />", "<a xmlns='urn:x'><b/></a>", "<p:a xmlns:p='urn:x'><p:b/></p:a>",
        "<a>\r\n\r</a>", "<a\n>x</a\n>", "<a.b-c_d1/>", "<\u{FC}/>", "<a>]]</a>", "<a>></a>", "<a x='>'/>",
        "<a>\t\n</a>", "<_/>", "<a>&#xD;</a>", "\u{FEFF}<a/>", "<a><b><c><d/></c></b></a>",
        "", " ", "text", "<", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a/>x", "x<a/>", "<a><b></a></b>",
        "<a>&unknown;</a>", "<a>&</a>", "<a>&lt</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>", "<a>&#-1;</a>", "<a>&#+65;</a>", "<a x=1/>", "<a x/>", "<a x='1'y='2'/>", "<a x='<'/>",
        "<a x='&bad;'/>", "<a x='1/>", "<1/>", "<-a/>", "< a/>", "<a>]]></a>", "<a>\u{1}</a>", "<a><!-- </a>",
        "<a><![CDATA[x</a>", "<a><?x </a>", "<a/ >", "<a></a x='1'>", "<![CDATA[x]]><a/>", "&lt;<a/>",
        "<a/><![CDATA[]]>",
        "<a><!x></a>", "<a>&#x0A;&#9;</a>", "<a>&#65 ;</a>",
    ]

    @Test func expatReadsTheSame() throws {
        // Neighbours of the corpus too: most are broken in ways nobody thought of.
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("<>/&;'\"=!-[]?# \nabCDATA1x:".utf8)
        var documents = Self.corpus
        for _ in 0..<10_000 {
            let base = Array((Self.corpus.randomElement(using: &generator) ?? "").utf8)
            guard let text = String(validating: mutated(base, &generator, alphabet: alphabet), as: UTF8.self) else {
                continue
            }
            documents.append(text)
        }
        let input = JSONValue.array(documents.map { .string($0) }).encoded()
        let trees =
            try JSONValue.parse(Python.run("Tests/AWSClientsTests/Python/xml_trees.py", input: input).bytes).arrayValue
            ?? []
        try #require(trees.count == documents.count)
        var accepted = 0
        for (document, theirs) in zip(documents, trees) where isComparable(document) {
            let ours = try? XMLParser.parse(Array(document.utf8))
            if theirs.isNull {
                #expect(ours == nil, "expat refuses \(document)")
            } else {
                #expect(ours.map(json) == theirs, "\(document)")
                accepted += 1
            }
        }
        #expect(accepted > 300, "only \(accepted) documents are well-formed")
    }

    /// Mutants may come near what this parser leaves out on purpose: document types, namespaces, and the inner
    /// rules of declarations and comments. The corpus itself stays clear of those.
    private func isComparable(_ document: String) -> Bool {
        Self.corpus.contains(document)
            || !["<!D", "<!A", "<?", "<!-", ":"].contains { document.contains($0) }
    }

    private func json(_ element: XMLElement) -> JSONValue {
        ["name": .string(element.name), "text": .string(element.text), "children": .array(element.children.map(json))]
    }

    @Test(
        arguments: [
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]><lolz>&lol2;</lolz>",
            "<!DOCTYPE a><a/>",
        ]
    )
    func documentTypesAreRefused(_ document: String) {
        #expect(throws: XMLParser.Malformed.self) { try XMLParser.parse(Array(document.utf8)) }
    }

    @Test func boundsHold() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
        }
        #expect((try? XMLParser.parse(nested(XMLParser.maximumDepth))) != nil)
        for bytes in [
            nested(XMLParser.maximumDepth + 1), nested(100_000),
            Array(("<a>" + String(repeating: "<b/>", count: XMLParser.maximumElements) + "</a>").utf8),
            Array("<a>\u{FF}</a>".utf8.dropLast(5)) + [0xFF] + Array("</a>".utf8),
        ] {
            #expect(throws: XMLParser.Malformed.self) { try XMLParser.parse(bytes) }
        }
        #expect(throws: XMLParser.Malformed(offset: 3, reason: "unknown entity &x;")) {
            try XMLParser.parse(Array("<a>&x;</a>".utf8))
        }
    }

    @Test func hostileInputCrashesNothing() {
        var generator = SeededGenerator(seed: 2)
        let seeds = (Self.corpus + [CloudFormationOracleTests.stack]).map { Array($0.utf8) }
        for _ in 0..<20_000 {
            let seed = seeds.randomElement(using: &generator) ?? []
            _ = try? XMLParser.parse(mutated(seed, &generator, alphabet: Array(0...255)))
        }
    }
}
