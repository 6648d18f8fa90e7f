import LocalAWS
import Testing

@Suite struct ModelChoiceTests {
    @Test(arguments: [
        ("openai:http://localhost:11434", "http://localhost:11434/v1", nil),
        ("openai:http://localhost:11434/", "http://localhost:11434/v1", nil),
        ("openai:http://localhost:11434/v1", "http://localhost:11434/v1", nil),
        ("openai:http://localhost:11434/v1/#llama3.3:70b", "http://localhost:11434/v1", "llama3.3:70b"),
        ("openai:http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080/v1", nil),
        ("openai:https://api.groq.com/openai#a/b", "https://api.groq.com/openai/v1", "a/b"),
        ("openai:https://x.example/v1beta/openai/#g", "https://x.example/v1beta/openai", "g"),
        ("openai:http://[::1]:8000#m", "http://[::1]:8000/v1", "m"),
    ])
    func readsServers(_ text: String, _ url: String, _ name: String?) throws {
        guard case .openAI(let server) = try ModelChoice(text) else {
            Issue.record("\(text) is no server")
            return
        }
        #expect(server.url == url && server.model == name)
    }

    @Test func readsTheOthers() throws {
        #expect(try ModelChoice("offline") == .offline)
        #expect(try ModelChoice("bedrock") == .bedrock(region: nil))
        #expect(try ModelChoice("bedrock:us-east-2") == .bedrock(region: "us-east-2"))
        #expect(try ModelChoice("bedrock:us-gov-west-1") == .bedrock(region: "us-gov-west-1"))
    }

    @Test(arguments: [
        ("", "none of offline"), ("gpt", "none of offline"), ("offline:x", "none of offline"),
        ("OFFLINE", "none of offline"), ("openai", "needs the server's URL"), ("openai:", "needs the server's URL"),
        ("openai:localhost:11434", "not a URL"), ("openai:ftp://x", "not a URL"), ("openai:http://x#", "model's name"),
        ("openai:http://x#a b", "model's name"), ("openai:http://x?key=1", "not a URL"),
        ("openai:http://me:secret@x/v1", "OPENAI_API_KEY"), ("bedrock:", "not a region"),
        ("bedrock:ohio", "not a region"), ("bedrock:us-east-2/", "not a region"),
    ])
    func refuses(_ text: String, _ part: String) {
        let error = #expect(throws: ModelChoiceError.self) { try ModelChoice(text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("secret") != true)
    }

    @Test(arguments: [
        ("http://localhost:1", true), ("https://models.example", true), ("http://127.0.0.1:1", true),
        ("http://10.0.0.7:8000", false),
    ])
    func knowsWhoCanRead(_ url: String, _ isPrivate: Bool) throws {
        guard case .openAI(let server) = try ModelChoice("openai:\(url)") else { return }
        #expect(server.isPrivate == isPrivate)
    }

    @Test func theKeyDoesNotPrint() throws {
        let key = try #require(APIKey("sk-very-secret"))
        #expect(!"\(key)".contains("secret") && !String(reflecting: key).contains("secret"))
        #expect(APIKey("") == nil && APIKey("a\r\nHost: b") == nil && APIKey(nil) == nil)
    }
}
