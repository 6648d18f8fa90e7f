import Testing

@testable import Web

/// What the page of `botctl dev` is made of. That it works is shown in a browser (Tests/EndToEnd/test_dev.py).
@Suite struct DevPageTests {
    private func text(_ files: [String: DevPageFile], _ name: String) throws -> String {
        String(decoding: try #require(files[name], "\(name) is not embedded").contents, as: UTF8.self)
    }

    @Test func everythingThatItLoadsIsThere() throws {
        let files = try DevPageFile.all(version: "1")
        let page = try text(files, "")
        #expect(files[""]?.type.hasPrefix("text/html") == true)
        var loaded: [String] = []
        for match in page.matches(of: /(?:src|href)="([^"]+)"/) where match.output.1 != "data:," {
            loaded.append(String(match.output.1))
        }
        #expect(loaded.sorted() == ["botctl-widget.js", "dev.css", "dev.js"])
        for name in loaded { _ = try text(files, name) }
        for (name, file) in files where file.type.hasPrefix("text/javascript") && name != WidgetFile.name {
            for match in try text(files, name).matches(of: /from "\.\/([^"]+)"/) {
                _ = try text(files, String(match.output.1))
            }
        }
        #expect(files["client/client.js"] == nil, "only what is the page's")
    }

    /// Its policy would refuse it, or it would make a text of a customer into markup.
    @Test func nothingInItIsInlineOrForeign() throws {
        let files = try DevPageFile.all(version: "1")
        let page = try text(files, "")
        #expect(!page.contains("style=") && !page.contains("<style") && !page.contains("onclick"))
        #expect(page.matches(of: /<script(?![^>]*src=)/).isEmpty)
        for (name, file) in files where name != WidgetFile.name {
            let source = String(decoding: file.contents, as: UTF8.self)
            for forbidden in [
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://",
            ] {
                #expect(!source.contains(forbidden), "\(name): \(forbidden)")
            }
        }
    }
}
