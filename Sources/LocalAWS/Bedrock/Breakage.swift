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
            if let bytes = try? BedrockFailure.modelError.streamException.encoded() { writer.chunk(bytes) }
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

    /// What a proxy on the way says when it has lost its mind.
    private static let page =
        "<html><head><title>200 OK</title></head><body>The service is temporarily out of order.</body></html>"
}
