import AWSCore
import TestSupport
import Testing

@testable import Operations

@Suite struct WidgetTests {
    @Test func aDeployedBotsAddressIsInTheSnippet() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let url = try #require(try Outputs.run(fixture.context, fixture.host).chatURL)
        let widget = try Widget.make(fixture.context, version: "1", url: nil, output: nil, fixture.host)
        #expect(widget.snippet == "<script src=\"/botctl-widget.js\" data-url=\"\(url)\" async></script>")
        #expect(widget.path == nil && !widget.isWritten && widget.authMode == .visitor)
    }

    @Test func theFileIsWrittenOnce() throws {
        let fixture = Fixture()
        let folder = TemporaryFolder()
        let path = "\(folder.path)/public/chat.js"
        var context = fixture.context
        context.effects.files = .live
        func make() throws -> Widget {
            let url = "wss://a.example/dev?x=1&y=2"
            return try Widget.make(context, version: "1", url: url, output: path, fixture.host)
        }
        let first = try make()
        #expect(
            first.snippet == "<script src=\"/chat.js\" data-url=\"wss://a.example/dev?x=1&amp;y=2\" async></script>"
        )
        #expect(first.isWritten && first.authMode == nil)
        let bytes = try #require(try context.effects.files.read(path))
        #expect(bytes.count == first.bytes)
        #expect(first.integrity == "sha256-\(base64Encode(sha256(bytes)))")
        #expect(try !make().isWritten)
    }

    @Test func withoutAStackThereIsNoAddress() {
        let fixture = Fixture()
        let error = #expect(throws: OperationError.self) {
            try Widget.make(fixture.context, version: "1", url: nil, output: nil, fixture.host)
        }
        #expect(error?.code == .notDeployed)
    }

    @Test(arguments: [
        ("wss://a.example/dev", true), ("ws://127.0.0.1:1/_aws/x", true), ("wss://a", true),
        ("https://a.example", false),
        ("wss://", false), ("wss:///dev", false), ("wss://a b", false), ("wss://a#b", false), ("wss://é", false),
        ("", false),
    ])
    func addresses(_ text: String, _ isOne: Bool) {
        #expect(Widget.isChatURL(text) == isOne)
    }
}
