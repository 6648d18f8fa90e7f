import AWSClients
import AWSCore
import TestSupport

/// One call of ours, its prepared answer, and the same call in botocore's terms.
struct OracleCall {
    var service: String
    var operation: String
    var parameters: JSONValue
    var answer: HTTPResponse
    var make: (AWSSession) throws -> [(path: String, ours: JSONValue)]

    /// - Parameter make: performs the call and answers with what it made of the answer: a dotted path into
    ///   botocore's reading of it, and our value.
    init(
        _ service: String,
        _ operation: String,
        _ parameters: JSONValue,
        answer: String = "",
        headers: HTTPHeaders = [:],
        _ make: @escaping (AWSSession) throws -> [(path: String, ours: JSONValue)]
    ) {
        self.service = service
        self.operation = operation
        self.parameters = parameters
        self.answer = .text(answer, headers: headers)
        self.make = make
    }
}

/// Makes the calls and asks botocore about all of them at once.
/// - Returns: every difference, in words.
func differencesFromBotocore(_ calls: [OracleCall]) throws -> [String] {
    var questions: [JSONValue] = []
    var readings: [[(path: String, ours: JSONValue)]] = []
    for call in calls {
        let transport = RecordingTransport([call.answer])
        readings.append(try call.make(testSession(transport)))
        questions.append(question(call, transport.requests[0]))
    }
    let answers = try JSONValue.parse(
        Python.run("Tests/AWSClientsTests/Python/service_calls.py", input: JSONValue.array(questions).encoded()).bytes
    )
    var differences: [String] = []
    for (index, call) in calls.enumerated() {
        let name = "\(call.service).\(call.operation)"
        for difference in answers[index]?["differences"]?.arrayValue ?? ["no answer"] {
            differences.append("\(name): \(difference.stringValue ?? "")")
        }
        for (path, ours) in readings[index] {
            let theirs = value(at: path, in: answers[index]?["answer"] ?? .null)
            if theirs != ours { differences.append("\(name): \(path) is \(ours), botocore has \(theirs)") }
        }
    }
    return differences
}

private func question(_ call: OracleCall, _ request: HTTPRequest) -> JSONValue {
    func object(_ headers: HTTPHeaders) -> JSONValue {
        .object(Dictionary(headers.fields.map { ($0.name, .string($0.value)) }) { $1 })
    }
    return .object([
        "service": .string(call.service),
        "operation": .string(call.operation),
        "parameters": call.parameters,
        "request": .object([
            "method": .string(request.method),
            "path": .string(request.path),
            "query": .string(request.encodedQuery),
            "headers": object(request.headers),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
        ]),
        "answer": .object([
            "status": .int(Int64(call.answer.status)),
            "headers": object(call.answer.headers),
            "body": .string(String(decoding: call.answer.body, as: UTF8.self)),
        ]),
    ])
}

/// `Stacks.0.StackName`; `null` where there is nothing.
private func value(at path: String, in document: JSONValue) -> JSONValue {
    var current: JSONValue? = document
    for part in path.split(separator: ".") {
        current = Int(part).map { index in current?[index] } ?? current?[String(part)]
    }
    return current ?? .null
}

func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
func optional(_ time: Timestamp?) -> JSONValue { time.map { .int($0.milliseconds) } ?? .null }
