import AWSCore
import TestSupport
import Testing
import Web

@testable import Operations

@Suite struct WidgetTests {
    @Test func aDeployedBotsAddressIsInTheSnippet() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let url = try #require(try Outputs.run(fixture.context, fixture.host).chatURL)
        let widget = try Widget.make(fixture.context, url: nil, to: .nowhere, fixture.host)
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
            return try Widget.make(context, url: url, to: .file(path), fixture.host)
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
            try Widget.make(fixture.context, url: nil, to: .nowhere, fixture.host)
        }
        #expect(error?.code == .notDeployed)
    }

    @Test func aHostedFileIsUploadedOnceAndGoesWithItsBucket() throws {
        let fixture = Fixture()
        fixture.spec += "\nwidget: { host: true }\n"
        fixture.aws.buckets["widget-bucket"] = [:]
        fixture.aws.outputs = ["WidgetBucketName": "widget-bucket", "WidgetUrl": "https://d1.example/botctl-widget.js"]
        try fixture.deploy()
        let file = try #require(fixture.aws.buckets["widget-bucket"]?["botctl-widget.js"])
        #expect(file == Array(try WidgetFile(version: BotctlVersion.text).contents.utf8))
        let uploads = fixture.count("s3.PUTObject")
        #expect(try fixture.deploy().outcome == .nothingToDo)
        #expect(fixture.count("s3.PUTObject") == uploads)
        // Somebody took it away.
        fixture.aws.buckets["widget-bucket"] = [:]
        try fixture.deploy()
        #expect(fixture.aws.buckets["widget-bucket"]?["botctl-widget.js"] == file)

        fixture.spec.replace("{ host: true }", with: "{ host: false }")
        try fixture.deploy()
        #expect(fixture.aws.buckets["widget-bucket"] == [:], "emptied before CloudFormation deletes it")
        let order = fixture.aws.calls
        let emptied = try #require(order.lastIndex(of: "s3.DELETEObject"))
        #expect(emptied < (try #require(order.lastIndex(of: "cloudformation.ExecuteChangeSet"))))
    }

    @Test func teardownEmptiesTheBucketFirst() throws {
        let fixture = Fixture()
        fixture.spec += "\nwidget: { host: true }\n"
        fixture.aws.buckets["widget-bucket"] = [:]
        fixture.aws.outputs = ["WidgetBucketName": "widget-bucket"]
        try fixture.deploy()
        _ = try Teardown.run(fixture.context, deleteData: false, fixture.host)
        #expect(fixture.aws.buckets["widget-bucket"] == [:])
        let calls = fixture.aws.calls
        #expect(
            try #require(calls.firstIndex(of: "s3.DELETEObject"))
                < (try #require(calls.firstIndex(of: "cloudformation.DeleteStack")))
        )
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
