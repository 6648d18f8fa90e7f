import AWSCore
import TestSupport
import Testing

struct AWSErrorDecodingTests {
    struct Answer: Sendable {
        var protocolName: String
        var status = 400
        var headers: [(String, String)] = []
        var body: String
        var code: String
        var message: String
        var requestId: String?
        /// botocore reads this one otherwise, for a reason that is given beside it.
        var differs = false
    }

    static let answers: [Answer] = [
        Answer(
            protocolName: "json",
            headers: [("x-amzn-RequestId", "r1")],
            body:
                #"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"No table \"t\""}"#,
            code: "ResourceNotFoundException",
            message: "No table \"t\"",
            requestId: "r1"
        ),
        Answer(
            protocolName: "json",
            body: #"{"__type":"ValidationException:http://internal.amazon.com/","Message":"Bad é"}"#,
            code: "ValidationException",
            message: "Bad é"
        ),
        Answer(
            protocolName: "rest-json",
            status: 404,
            headers: [("x-amzn-ErrorType", "ResourceNotFoundException:http://x/"), ("x-amzn-RequestId", "r2")],
            body: #"{"Message":"Function not found","Type":"User"}"#,
            code: "ResourceNotFoundException",
            message: "Function not found",
            requestId: "r2"
        ),
        Answer(
            protocolName: "rest-json",
            body: #"{"code":"BadRequestException","message":"no"}"#,
            code: "BadRequestException",
            message: "no"
        ),
        Answer(
            protocolName: "rest-json",
            body: #"{"Code":"Other","message":"no"}"#,
            code: "Other",
            message: "no"
        ),
        Answer(
            protocolName: "query",
            headers: [],
            body: """
                <?xml version="1.0"?>
                <ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
                  <Error><Type>Sender</Type><Code>ValidationError</Code>
                  <Message>Stack &lt;x&gt; &amp; &#x1F642;&#233; doesn't exist</Message></Error>
                  <RequestId>r3</RequestId>
                </ErrorResponse>
                """,
            code: "ValidationError",
            message: "Stack <x> & 🙂é doesn't exist",
            requestId: "r3"
        ),
        Answer(
            protocolName: "ec2",
            body: """
                <Response><Errors><Error><Code>InvalidInstanceID.Malformed</Code><Message>Invalid</Message></Error>\
                </Errors><RequestID>r4</RequestID></Response>
                """,
            code: "InvalidInstanceID.Malformed",
            message: "Invalid",
            requestId: "r4"
        ),
        Answer(
            protocolName: "rest-xml",
            status: 404,
            headers: [("x-amz-request-id", "r5")],
            body: """
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>NoSuchBucket</Code><Message><![CDATA[The <bucket> is gone]]></Message>\
                <BucketName>b</BucketName><RequestId>r5</RequestId><HostId>h</HostId></Error>
                """,
            code: "NoSuchBucket",
            message: "The <bucket> is gone",
            requestId: "r5"
        ),
        Answer(
            protocolName: "json",
            status: 413,
            body: "Request entity too large",
            code: "413",
            message: "Request entity too large"
        ),
        // botocore has the status's reason phrase for a message.
        Answer(
            protocolName: "rest-xml",
            status: 404,
            headers: [("x-amz-request-id", "r6")],
            body: "",
            code: "404",
            message: "HTTP status 404",
            requestId: "r6",
            differs: true
        ),
        Answer(
            protocolName: "query",
            status: 503,
            body: "<html><body>Service   Unavailable</body></html>",
            code: "503",
            message: "<html><body>Service Unavailable</body></html>",
            differs: true
        ),
        Answer(
            protocolName: "rest-json",
            status: 410,
            headers: [("x-amzn-ErrorType", "GoneException")],
            body: "",
            code: "GoneException",
            message: "HTTP status 410",
            differs: true
        ),
    ]

    @Test(arguments: answers)
    func decodes(_ answer: Answer) {
        let error = AWSError(
            HTTPResponse(
                status: answer.status,
                headers: HTTPHeaders(answer.headers.map { (name: $0.0, value: $0.1) }),
                body: Array(answer.body.utf8)
            ),
            operation: "service.Operation"
        )
        #expect(error.code == answer.code && error.message == answer.message)
        #expect(error.requestId == answer.requestId && error.status == answer.status)
        #expect(error.body == Array(answer.body.utf8))
    }

    @Test func botocoreReadsTheSame() throws {
        let answers = Self.answers.filter { !$0.differs }
        let read = try Python.run(
            "Tests/AWSCoreTests/error_oracle.py",
            lines: answers.map { answer in
                [
                    "protocol": .string(answer.protocolName), "status": .int(Int64(answer.status)),
                    "body": .string(base64Encode(Array(answer.body.utf8))),
                    "headers": .array(answer.headers.map { [.string($0.0), .string($0.1)] }),
                ]
            }
        )
        for (answer, theirs) in zip(answers, read) {
            #expect(theirs["code"]?.stringValue == answer.code, "\(answer.body)")
            #expect(theirs["message"]?.stringValue == answer.message, "\(answer.body)")
            #expect(theirs["requestId"]?.stringValue == answer.requestId, "\(answer.body)")
        }
    }

    @Test func hostileBodiesCrashNothingAndCostLittle() {
        let operation = "o"
        let decode = { (text: String) in
            AWSError(HTTPResponse(status: 400, body: Array(text.utf8)), operation: operation)
        }
        let bomb = #"<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "xxxx">]><Error><Code>&b;</Code></Error>"#
        #expect(!decode(bomb).code.contains("xxxx"))
        #expect(decode("<Error><Code>\(String(repeating: "<a>", count: 200_000))").code == "400")
        #expect(decode("<Error><Code>A</Code><Code>B</Code></Error>").code == "A")
        #expect(decode("<a><Code>NotAnError</Code></a>").code == "400")
        #expect(decode("<x:Error><x:Code>Named</x:Code></x:Error>").code == "Named")
        #expect(
            decode("<Error a='>' b=\"</Error>\"><Code>&#0;&#xD800;&#99999999999;&bogus;&</Code></Error>").code != ""
        )
        #expect(decode("{\"__type\":{},\"message\":[]}").code == "400")
        var generator = SeededGenerator(seed: 16)
        let seeds = Self.answers.map { Array($0.body.utf8) }
        for _ in 0..<100_000 {
            let body = generator.mutate(generator.pick(seeds))
            let error = AWSError(HTTPResponse(status: 500, body: body), operation: operation)
            if error.code.isEmpty { Issue.record("no code: \(String(decoding: body, as: UTF8.self))") }
        }
    }
}
