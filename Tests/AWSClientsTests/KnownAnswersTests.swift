import AWSCore
import Testing

@testable import AWSClients

@Suite struct KnownAnswersTests {
    private static func queryError(_ code: String, _ message: String, status: Int = 400) -> HTTPResponse {
        .text(
            """
            <ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
            <Code>\(code)</Code><Message>\(message)</Message></Error><RequestId>r</RequestId></ErrorResponse>
            """,
            status: status
        )
    }

    @Test(
        arguments: [
            ("ValidationError", "Stack with id acme does not exist", true),
            ("ValidationError", "Stack [acme] does not exist", true),
            ("ValidationError", "Stack:arn:aws:cloudformation:us-east-2:1:stack/a/1 does not exist", true),
            ("ValidationError", "Template format error: unresolved resource; role does not exist", false),
            ("ValidationError", "1 validation error detected", false),
            ("AccessDenied", "User: x is not authorized; Stack acme does not exist", false),
            ("ChangeSetNotFound", "ChangeSet [c] does not exist", true),
            ("ExpiredToken", "The security token included in the request is expired", false),
        ]
    )
    func absentAndDeniedAreApart(_ code: String, _ message: String, _ isAbsent: Bool) throws {
        let client = CloudFormationClient(
            session: try testSession(RecordingTransport([Self.queryError(code, message)]))
        )
        if isAbsent {
            #expect(try client.describeStack("acme") == nil)
        } else {
            #expect(throws: AWSError.self) { try client.describeStack("acme") }
        }
    }

    @Test func absenceInTheOtherServices() throws {
        func json(_ type: String, _ status: Int = 400) -> HTTPResponse {
            .text(#"{"__type":"com.amazonaws#\#(type)","message":"m"}"#, status: status)
        }
        func session(_ answer: HTTPResponse) throws -> AWSSession { try testSession(RecordingTransport([answer])) }
        #expect(try SSMClient(session: session(json("ParameterNotFound"))).getParameter("n") == nil)
        #expect(try SSMClient(session: session(json("ParameterNotFound"))).deleteParameter("n") == false)
        #expect(
            try SSMClient(session: session(json("ParameterAlreadyExists"))).createSecureParameter("n", value: "v")
                == false
        )
        #expect(try DynamoDBClient(session: session(json("ResourceNotFoundException"))).describeTable("t") == nil)
        #expect(try DynamoDBClient(session: session(json("ResourceNotFoundException"))).deleteTable("t") == false)
        #expect(try LogsClient(session: session(json("ResourceNotFoundException"))).deleteLogGroup("g") == false)
        let lambda = HTTPResponse.text(
            #"{"Type":"User","Message":"Function not found"}"#,
            status: 404,
            headers: ["x-amzn-ErrorType": "ResourceNotFoundException"]
        )
        #expect(try LambdaClient(session: session(lambda)).getFunctionConfiguration("f") == nil)
        #expect(try S3Client(session: session(.text("", status: 404))).headBucket("b") == nil)
        #expect(try S3Client(session: session(.text("", status: 404))).headObject("b", "k") == nil)
        let noKey = "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"
        #expect(try S3Client(session: session(.text(noKey, status: 404))).getObject("b", "k") == nil)
        #expect(throws: AWSError.self) { try S3Client(session: session(.text("", status: 403))).headBucket("b") }
        #expect(throws: AWSError.self) { try S3Client(session: session(.text("", status: 301))).headBucket("b") }
    }

    @Test(
        arguments: [
            ("ExpiredToken", 400, "", AccessProblem.expiredCredentials),
            ("ExpiredTokenException", 400, "", .expiredCredentials),
            ("InvalidClientTokenId", 403, "", .unknownAccessKey),
            ("UnrecognizedClientException", 400, "", .unknownAccessKey),
            ("InvalidAccessKeyId", 403, "", .unknownAccessKey), ("SignatureDoesNotMatch", 403, "", .wrongSecretKey),
            ("SignatureDoesNotMatch", 403, "Signature expired: 2015 is now earlier", .clockSkew),
            ("InvalidSignatureException", 403, "Signature not yet current", .clockSkew),
            ("RequestTimeTooSkewed", 403, "", .clockSkew), ("AccessDenied", 403, "", .denied),
            ("AccessDeniedException", 400, "", .denied), ("MissingAuthenticationToken", 403, "", .notAuthenticated),
            ("403", 403, "", .denied), ("credentials.unavailable", 0, "", .notAuthenticated),
            ("ValidationError", 400, "", nil), ("Throttling", 400, "", nil), ("transport.connect", 0, "", nil),
        ] as [(String, Int, String, AccessProblem?)]
    )
    func accessProblems(_ code: String, _ status: Int, _ message: String, _ expected: AccessProblem?) {
        let error = AWSError(code: code, message: message, status: status, operation: "x.Y")
        #expect(error.accessProblem == expected)
    }

    @Test(
        arguments: [
            (
                "The submitted information didn't contain changes. Submit different information to create a change set.",
                true
            ),
            ("No updates are to be performed.", true),
            ("Requires capabilities : [CAPABILITY_NAMED_IAM]", false), ("", false),
        ]
    )
    func emptyChangeSets(_ reason: String, _ isEmpty: Bool) throws {
        func changeSet(_ status: String) throws -> ChangeSet {
            let text = "<R><Status>\(status)</Status><StatusReason>\(reason)</StatusReason></R>"
            return ChangeSet(try XMLParser.parse(Array(text.utf8)))
        }
        #expect(try changeSet("FAILED").isEmpty == isEmpty)
        #expect(try changeSet("CREATE_COMPLETE").isEmpty == false)
    }

    @Test func everyWordHasItsOwnValue() {
        func check<Word: ServiceWord>(_ type: Word.Type) {
            #expect(Set(Word.words.map(\.word)).count == Word.words.count)
            #expect(Set(Word.words.map(\.value)).count == Word.words.count)
            for (word, value) in Word.words { #expect(Word(word: word) == value && value.word == word) }
            #expect(Word(word: "NEW_IN_2030") == .unknown("NEW_IN_2030"))
            #expect(Word(word: "NEW_IN_2030").word == "NEW_IN_2030")
        }
        check(StackStatus.self)
        check(ChangeSetStatus.self)
        check(ChangeSetExecutionStatus.self)
        check(ChangeAction.self)
        check(Replacement.self)
        check(RequiresRecreation.self)
        check(TableStatus.self)
        #expect(StackStatus.words.count == 23)
    }

    @Test func answersThatAreNotXML() throws {
        let client = STSClient(session: try testSession(RecordingTransport([.text("<html>")])))
        #expect {
            try client.getCallerIdentity()
        } throws: {
            ($0 as? AWSError)?.code == "client.unreadableAnswer"
        }
    }
}
