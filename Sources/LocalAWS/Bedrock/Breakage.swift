import AWSCore

/// How an answer breaks off.
enum Breakage: Sendable, Equatable {
    case reset, exception, hang, garbage

    /// In a stream, after the events that came.
    func streamed(_ writer: ResponseWriter) {
        switch self {
        case .reset: writer.reset()
        case .hang: writer.hang()
        case .exception:
            if let bytes = try? Self.streamException.encoded() { writer.chunk(bytes) }
            writer.giveUp()
        case .garbage:
            writer.chunk(Array(Self.page.utf8))
            writer.giveUp()
        }
    }

    /// In the place of a whole answer.
    /// - Returns: the status; 0 for none.
    func unstreamed(_ headers: HTTPHeaders, _ writer: ResponseWriter) throws(BedrockFailure) -> Int {
        switch self {
        case .reset: writer.reset()
        case .hang: writer.hang()
        case .exception: throw .modelError
        case .garbage:
            writer.send(HTTPResponse(status: 200, headers: headers, body: Array(Self.page.utf8)))
            return 200
        }
        return 0
    }

    /// `ModelStreamErrorException` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).
    private static var streamException: EventStreamMessage {
        let failure = BedrockFailure.modelError
        return EventStreamMessage(
            headers: [
                .init(":exception-type", .string("modelStreamErrorException")),
                .init(":content-type", .string("application/json")),
                .init(":message-type", .string("exception")),
            ],
            payload: JSONValue.object([
                "message": .string(failure.message), "originalStatusCode": .int(Int64(failure.status)),
                "originalMessage": .string(failure.message),
            ]).encoded()
        )
    }

    /// What a proxy on the way says when it has lost its mind.
    private static let page =
        "<html><head><title>200 OK</title></head><body>The service is temporarily out of order.</body></html>"
}
