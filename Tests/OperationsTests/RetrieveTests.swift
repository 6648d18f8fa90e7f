import AWSCore
import BotContract
import BotSpec
import HandlerBuild
import Testing

@testable import Operations

/// The labelled questions against the repository's own rules, by the code that the bot runs.
struct RetrieveTests {
    private static let root = String("\(#filePath)".dropLast("/Tests/OperationsTests/RetrieveTests.swift".count))

    private func context() -> ProjectContext {
        var effects = Effects.trapping()
        effects.files = .live
        return ProjectContext(directory: Self.root, effects: effects)
    }

    private func spec() throws -> BotSpec {
        let loaded = SpecLoader.live.load(
            projectDirectory: Self.root,
            specFile: "botctl.yml",
            stage: "dev",
            overrides: SpecOverrides(region: nil)
        )
        return try #require(loaded.spec)
    }

    private func questions() throws -> [RetrievalQuality.Question] {
        let path = Self.root + "/Tests/Retrieval/questions.jsonl"
        let bytes = try #require(try FileSystem.live.read(path))
        return try RetrievalQuality.questions(in: String(decoding: bytes, as: UTF8.self), file: path)
    }

    @Test func labelledQuestionsNameRulesThatExist() throws {
        let ids = Set(RulesIndex.sections(of: try spec().rules).map(\.id))
        let questions = try questions()
        #expect(questions.count >= 100)
        for question in questions {
            #expect(question.expected.allSatisfy(ids.contains), "\(question)")
            #expect((question.kind == "unanswerable") == question.expected.isEmpty, "\(question)")
            #expect((question.kind == "follow-up") == (question.previous != nil), "\(question)")
        }
        #expect(Set(questions.map { "\($0.previous ?? "")|\($0.question)" }).count == questions.count)
    }

    /// What search by words finds must not get worse; docs/decisions/0009-retrieval.md has the numbers.
    @Test func findsByWordsWhatItFoundBefore() throws {
        let retrieve = try Retrieve(try spec(), mode: .lexical, context())
        let quality = try RetrievalQuality(try questions()) { question throws(OperationError) in
            try retrieve.answer(question.question, previous: question.previous)
        }
        let least: [String: (recallAt3: Double, recognised: Double)] = [
            "direct": (0.97, 0.97), "misspelt": (0.92, 0.92), "follow-up": (0.85, 0.85), "paraphrased": (0.26, 0.4),
            "unanswerable": (0, 0.7), "answerable": (0.68, 0.7),
        ]
        for score in quality.scores {
            guard let bound = least[score.kind] else { continue }
            #expect((score.recallAt3 ?? 1) >= bound.recallAt3, "\(score)")
            #expect(score.recognised >= bound.recognised, "\(score)")
        }
        #expect(Set(least.keys).isSubset(of: quality.scores.map(\.kind)))
    }

    @Test(arguments: ["x", "{}", #"{"question":"a"}"#, #"{"expected":[]}"#])
    func refusesLinesThatAreNoQuestions(_ line: String) {
        #expect(throws: OperationError.self) { try RetrievalQuality.questions(in: "\n\(line)\n", file: "q") }
    }
}

struct RuleVectorsTests {
    /// Answers as Titan does, with vectors that say how long the text was.
    private final class Titan: HTTPTransport {
        var texts: [String] = []
        var status = 200

        func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
            let json = try? JSONValue.parse(request.body)
            texts.append(json?["inputText"]?.stringValue ?? "")
            let numbers = (0..<256).map { JSONValue.double(Double($0 % 7) - 3) }
            let body =
                status == 200
                ? JSONValue.object(["embedding": .array(numbers)])
                : .object(["__type": "AccessDeniedException", "message": "no"])
            return Answer(status: status, body: body.encoded())
        }
    }

    private final class Answer: HTTPExchange {
        private let status: Int
        private var body: [UInt8]?
        init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }
        func head() -> HTTPResponseHead { HTTPResponseHead(status: status, headers: [:]) }
        func next() -> [UInt8]? {
            defer { body = nil }
            return body
        }
        func cancel() {}
    }

    private final class Box: @unchecked Sendable {
        var files: [String: [UInt8]] = [:]
    }

    private func context(
        _ titan: Titan,
        _ box: Box,
        environment: [String: String] = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
    ) -> ProjectContext {
        var effects = Effects.trapping()
        effects.clock = FixedClock()
        effects.transport = titan
        effects.environment = environment.merging(["XDG_CACHE_HOME": "/cache", "AWS_EC2_METADATA_DISABLED": "true"]) {
            first,
            _ in first
        }
        effects.files = FileSystem(
            read: { box.files[$0] },
            write: { path, bytes, _ in box.files[path] = bytes },
            exists: { box.files[$0] != nil },
            makeDirectory: { _ in }
        )
        return ProjectContext(directory: "/project", effects: effects)
    }

    private final class FixedClock: WallClock {
        func now() -> Timestamp { Timestamp(milliseconds: 1_790_000_000_000) }
        func sleep(_ duration: Duration) {}
    }

    private func spec(_ retrieval: String, words: Int = 10) throws -> BotSpec {
        let rules = "# A\n\n## One\n\n" + String(repeating: "word ", count: words) + "\n\n## Two\n\nTwo.\n"
        let yaml = """
            version: 1
            name: shop
            region: us-east-2
            prompt: You help.
            rules: rules/a.md
            retrieval: \(retrieval)
            embeddings: { dimensions: 256 }
            model: { id: meta.llama3-3-70b-instruct-v1:0 }

            """
        let result = SpecLoader.inMemory(["botctl.yml": Array(yaml.utf8), "rules/a.md": Array(rules.utf8)]).load(
            projectDirectory: "/project",
            specFile: "botctl.yml",
            stage: "dev",
            overrides: SpecOverrides(region: nil)
        )
        return try #require(result.spec, "\(result.diagnostics)")
    }

    @Test func embedsEachSectionOnce() throws {
        let (titan, box) = (Titan(), Box())
        let vectors = RuleVectors(try spec("hybrid"), context(titan, box))
        let first = try vectors.embeddings { _ in }
        #expect(first?.scales.count == 2 && first?.dimensions == 256)
        #expect(titan.texts.count == 2 && titan.texts[1] == "A › Two\nTwo.")
        #expect(box.files.count == 2 && box.files.keys.allSatisfy { $0.hasPrefix("/cache/botctl/embeddings/") })
        #expect(try vectors.embeddings { _ in } == first)
        #expect(titan.texts.count == 2, "the second time they come from the cache")
    }

    @Test func aStandInsVectorsAreNotKept() throws {
        let (titan, box) = (Titan(), Box())
        let environment = [
            "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9",
        ]
        _ = try RuleVectors(try spec("hybrid"), context(titan, box, environment: environment)).embeddings { _ in }
        #expect(titan.texts.count == 2 && box.files.isEmpty)
    }

    @Test(arguments: ["full", "lexical", "auto"])
    func embedsNothingWhereWordsOrAllRulesServe(_ retrieval: String) throws {
        let titan = Titan()
        #expect(try RuleVectors(try spec(retrieval), context(titan, Box())).embeddings { _ in } == nil)
        #expect(titan.texts.isEmpty)
    }

    @Test(arguments: [true, false])
    func autoGoesByWordsWithoutBedrockAndSaysSo(_ hasCredentials: Bool) throws {
        let titan = Titan()
        titan.status = 403
        let context = hasCredentials ? context(titan, Box()) : context(titan, Box(), environment: [:])
        var notes: [String] = []
        let vectors = try RuleVectors(try spec("auto", words: 8_000), context).embeddings { event in
            if case .note(let note) = event { notes.append(note) }
        }
        #expect(vectors == nil)
        #expect(notes.count == 1 && notes[0].contains("by their words only"))
        #expect(throws: OperationError.self) {
            try RuleVectors(try spec("hybrid"), context).embeddings { _ in }
        }
    }
}
