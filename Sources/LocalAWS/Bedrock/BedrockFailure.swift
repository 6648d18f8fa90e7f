import AWSCore

/// An error answer of Bedrock Runtime, with the status that its API reference gives
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors).
package struct BedrockFailure: Error, Sendable, Equatable {
    package var status: Int
    package var type: String
    package var message: String

    static func validation(_ message: String) -> BedrockFailure {
        BedrockFailure(status: 400, type: "ValidationException", message: message)
    }

    static let throttled = BedrockFailure(
        status: 429,
        type: "ThrottlingException",
        message: "Too many requests, please wait before trying again."
    )
    static let internalError = BedrockFailure(
        status: 500,
        type: "InternalServerException",
        message: "The system encountered an unexpected error during processing. Try your request again."
    )

    static func modelError(_ message: String) -> BedrockFailure {
        BedrockFailure(status: 424, type: "ModelErrorException", message: message)
    }

    static let modelError = modelError("The model has failed while processing the request.")

    /// The same inside an answer that has begun: `ModelStreamErrorException`
    /// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).
    var streamException: EventStreamMessage {
        EventStreamMessage(
            headers: [
                .init(":exception-type", .string("modelStreamErrorException")),
                .init(":content-type", .string("application/json")),
                .init(":message-type", .string("exception")),
            ],
            payload: JSONValue.object([
                "message": .string(message), "originalStatusCode": .int(Int64(status)),
                "originalMessage": .string(message),
            ]).encoded()
        )
    }

    func response(requestId: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "application/json",
                "x-amzn-ErrorType": "\(type):http://internal.amazon.com/coral/com.amazon.bedrock/",
                "x-amzn-RequestId": requestId,
            ],
            body: JSONValue.object(["message": .string(message)]).encoded()
        )
    }
}
