import TestSupport
import Testing

@testable import Web

/// How modules become one script. That the script does the same is shown in a browser (Tests/EndToEnd/test_widget.py).
@Suite struct JavaScriptBundleTests {
    private func body(_ sources: String...) throws -> String {
        let modules = sources.enumerated().map { (path: "\($0.offset).js", source: $0.element) }
        let script = try JavaScriptBundle.script(header: "x", modules: modules)
        let start = "// x\n(()=>{\"use strict\";"
        try #require(script.hasPrefix(start) && script.hasSuffix("})();\n"))
        return String(script.dropFirst(start.count).dropLast("})();\n".count))
    }

    @Test(arguments: [
        // Comments and spaces, outside of what has them inside.
        ("a = 1; // one\nb = 2;", "a=1;b=2;"), ("/* a\n * b */\na = \"// b /* c */\";", "a=\"// b /* c */\";"),
        ("a = 'it\\'s // b';", "a='it\\'s // b';"), ("return a;", "return a;"), ("typeof a in b", "typeof a in b"),
        ("a = /[/\"'`]\\/ +/gu.test(b)", "a=/[/\"'`]\\/ +/gu.test(b)"), ("a / b / c", "a/b/c"),
        ("(a) / b; // x", "(a)/b;"), ("a[0] / 2 /* / */", "a[0]/2"),
        ("`a  // b ${ c + `  ${ d }  ` }  e`", "`a  // b ${c+`  ${d}  `}  e`"), ("a = {}; `}`", "a={};`}`"),
        ("`${ { a: 1 }.a }`", "`${{a:1}.a}`"),
        // Operators that would become others.
        ("a + +b", "a+ +b"), ("a - -b", "a- -b"), ("a++ + b", "a++ +b"), ("1 .toFixed()", "1 .toFixed()"),
        ("a ? .5 : 1", "a?.5:1"), ("a < !--b", "a< !--b"), ("a-- > b", "a-- >b"), ("a && !b", "a&&!b"),
        ("[... .5]", "[... .5]"), ("a = -b", "a=-b"), ("a ?? b?.c", "a??b?.c"), ("x = (a) => b", "x=a=>b"),
        ("x = (a, b) => (c)", "x=(a,b)=>(c)"),
        ("async (a) => b", "async a=>b"), ("x = ({ a }) => b", "x=({a})=>b"), ("(a) >= b", "(a)>=b"),
        ("!(a)", "!(a)"),
        // Ends of lines end statements.
        ("a = b\nc()", "a=b\nc()"), ("let a\n++b", "let a\n++b"), ("return\na", "return\na"),
        ("a\n  .b()\n  ?? c", "a.b()??c"), ("f(\n  a,\n  b,\n)", "f(a,b)"),
        ("if (a) {\n  b();\n}\nc()", "if(a){b()}c()"), ("a = {}\nb()", "a={}\nb()"),
        ("a = () => {\n}\nb()", "a=()=>{}\nb()"), ("a = function () {}\nb()", "a=function(){}\nb()"),
        ("a = class {}\nb()", "a=class{}\nb()"), ("`${a\n}`\nb()", "`${a\n}`\nb()"),
        // Semicolons and commas that are more than ends.
        ("{ while (a()); }", "{while(a());}"), ("{ if (a) b(); else; }", "{if(a)b();else;}"),
        ("{ for (;;); }", "{for(;;);}"),
        ("[a, , ].length", "[a,,].length"), ("[,]", "[,]"), ("x = { a, b: [c,], };", "x={a,b:[c]};"),
        ("`${a};`;", "`${a};`;"),
        // Declarations in a row.
        ("let a = 1; let b; c();", "let a=1,b;c();"),
        ("let a = f(() => { let b; });\nlet c;", "let a=f(()=>{let b}),c;"),
        ("const a = 1; let b = 2;", "let a=1,b=2;"), ("for (let a = 1; b; c) {}", "for(let a=1;b;c){}"),
        ("const a = `${b};${c}`; const d = 1;", "let a=`${b};${c}`,d=1;"),
        ("{ let a = 1 } let b;", "{let a=1}let b;"),
        ("const { a } = b; const [c] = d;", "let{a}=b,[c]=d;"),
        // Style sheets.
        (
            "x = String.raw`\n.a b { color: red; }\n@media (a: b) { .c { d: e } }\n`;",
            "x=String.raw`.a b{color:red}@media (a:b){.c{d:e}}`;"
        ),
    ])
    func spacesAndComments(_ source: String, _ expected: String) throws {
        #expect(try body(source) == expected)
    }

    @Test(arguments: [
        ("const count = 1; use(count);", "let a=1;use(a);"),
        // Could be, or is, a property somewhere: nowhere another one.
        ("const count = 1; use(it.count);", "let count=1;use(it.count);"),
        ("const count = 1; use({ count });", "let count=1;use({count});"),
        ("const count = 1; use({ count: 2 });", "let count=1;use({count:2});"),
        ("const { count } = it; use(count);", "let{count}=it;use(count);"),
        ("const count = 1; class Box { count = 2; }", "let count=1;class a{count=2}"),
        ("const count = 1; it = { count() {} };", "let count=1;it={count(){}};"),
        ("const count = 1; use(`${count}`, [...count]);", "let a=1;use(`${a}`,[...a]);"),
        // Of the browser, not of the script.
        ("use(document);", "use(document);"), ("const use = document;", "let a=document;"),
        ("if (thing) { go(); }", "if(thing){go()}"),
        ("for (let index = 0;;) { go(index); }", "for(let a=0;;){go(a)}"),
        ("use((left, right) => left + right);", "use((a,b)=>a+b);"),
        ("use(function (left) { return left; });", "use(function(a){return a});"),
        // Never a name that is there.
        ("const count = 1; a(count, b);", "let c=1;a(c,b);"),
        ("class Box { #secret = 1; read() { return this.#secret; } }", "class a{#a=1;read(){return this.#a}}"),
    ])
    func names(_ source: String, _ expected: String) throws {
        #expect(try body(source) == expected)
    }

    @Test func modulesShareOneScope() throws {
        let script = try body(
            "// one\nexport const first = 1;\nexport class Second {}\n",
            "import { first, Second } from \"./0.js\";\nimport {\n  first,\n} from \"./0.js\";\nuse(first, new Second());\n"
        )
        #expect(script == "let b=1;class a{}use(b,new a());")
    }

    @Test(arguments: [
        ("import * as all from \"./a.js\";", "0.js: only `import { names } from \"./file.js\"` is understood"),
        ("import { a as b } from \"./a.js\";", "0.js: only `import { names } from \"./file.js\"` is understood"),
        ("export default 1;", "0.js: only declarations can be exported"),
        ("export { a };", "0.js: only declarations can be exported"),
        ("a;\n\"b", "0.js: line 2: a string that does not end"), ("/* a", "0.js: line 1: a comment that does not end"),
        ("`a ${b} c", "0.js: line 1: a template that does not end"),
        ("`${", "0.js: line 1: a brace that is not closed"),
        ("{", "0.js: line 1: a brace that is not closed"), ("}", "0.js: line 1: a brace that was not opened"),
        ("a = /b", "0.js: line 1: a regular expression that does not end"),
        ("import a", "0.js: an import that does not end"),
    ])
    func whatIsNotUnderstoodIsAnError(_ source: String, _ problem: String) {
        let error = #expect(throws: JavaScriptBundle.Failure.self) { try body(source) }
        #expect(error?.description == problem)
    }

    @Test func anyTextIsCutOrRefused() throws {
        var random = SeededGenerator(seed: 5)
        let parts = [
            "a", "#b", "`", "${", "}", "{", "\"", "'", "/", "*", "\\", "\n", "(", ")", "[", "]", "=>", "é", ";", ".",
            "const ", "class ",
        ]
        var scripts = 0
        for _ in 0..<4_000 {
            let count = Int.random(in: 0...12, using: &random)
            let source = (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            if (try? JavaScriptBundle.script(header: "x", modules: [("0.js", source)])) != nil { scripts += 1 }
        }
        #expect((100..<3_900).contains(scripts))
    }

    @Test func theWidgetIsTheSameFileEachTime() throws {
        let file = try WidgetFile(version: "1.2.3")
        #expect(file.contents.hasPrefix("// botctl 1.2.3 chat widget, Apache-2.0\n(()=>{\"use strict\";"))
        #expect(try WidgetFile(version: "1.2.3") == file)
        for module in ["import ", "export ", "/**", "\n  "] { #expect(!file.contents.contains(module), "\(module)") }
        #expect(file.contents.contains("customElements.define(\"botctl-chat\""))
    }
}
