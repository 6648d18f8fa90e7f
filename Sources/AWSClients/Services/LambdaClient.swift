package import AWSCore

/// AWS Lambda, the calls that read functions and give them other code. API version 2015-03-31.
package struct LambdaClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// - Parameter name: a function's name or ARN.
    /// - Returns: `nil` where there is no such function.
    package func getFunctionConfiguration(_ name: String) throws(AWSError) -> FunctionConfiguration? {
        try absentAsNil { () throws(AWSError) in try beginGetFunctionConfiguration(name).configuration() }
    }

    package func beginGetFunctionConfiguration(_ name: String) throws(AWSError) -> PendingFunctionCall {
        try begin("GET", name, "configuration", operation: "GetFunctionConfiguration")
    }

    /// Gives a function the code of an S3 object. It serves the old code until its `lastUpdateStatus` is
    /// `Successful`; while that is `InProgress`, another update is refused with `ResourceConflictException`.
    package func beginUpdateFunctionCode(
        _ name: String,
        bucket: String,
        key: String
    ) throws(AWSError) -> PendingFunctionCall {
        let input = JSONValue.object(["S3Bucket": .string(bucket), "S3Key": .string(key)])
        return try begin("PUT", name, "code", body: input.encoded(), operation: "UpdateFunctionCode")
    }

    private func begin(
        _ method: String,
        _ name: String,
        _ part: String,
        body: [UInt8] = [],
        operation: String
    ) throws(AWSError) -> PendingFunctionCall {
        let path = "/2015-03-31/functions/\(percentEncode(name))/\(part)"
        let headers: HTTPHeaders = body.isEmpty ? [:] : ["Content-Type": "application/json"]
        let call = try session.beginREST(
            method,
            path,
            headers: headers,
            body: body,
            service: "lambda",
            operation: operation
        )
        return PendingFunctionCall(session: session, call: call, operation: "lambda.\(operation)")
    }
}

/// A call about one function that is under way.
package struct PendingFunctionCall {
    let session: AWSSession
    let call: PendingAWSCall
    let operation: String

    /// Waits for the answer.
    package func configuration() throws(AWSError) -> FunctionConfiguration {
        FunctionConfiguration(try session.parseJSON(call.response(), operation: operation))
    }

    package func cancel() { call.cancel() }
}

package struct FunctionConfiguration: Sendable, Equatable {
    package var name: String
    package var arn: String
    /// Base64 of the SHA-256 of the deployed zip.
    package var codeSHA256: String
    /// In bytes.
    package var codeSize: Int64
    package var architectures: [String]
    package var environment: [String: String]
    /// `Pending`, `Active`, `Inactive`, `Failed`.
    package var state: String?
    /// `Successful`, `Failed`, `InProgress`.
    package var lastUpdateStatus: String?
    package var lastUpdateStatusReason: String?

    init(_ answer: JSONValue) {
        name = answer["FunctionName"]?.stringValue ?? ""
        arn = answer["FunctionArn"]?.stringValue ?? ""
        codeSHA256 = answer["CodeSha256"]?.stringValue ?? ""
        codeSize = answer["CodeSize"]?.intValue ?? 0
        architectures = answer["Architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
        environment = [:]
        if case .object(let variables)? = answer["Environment"]?["Variables"] {
            environment = variables.compactMapValues(\.stringValue)
        }
        state = answer["State"]?.stringValue
        lastUpdateStatus = answer["LastUpdateStatus"]?.stringValue
        lastUpdateStatusReason = answer["LastUpdateStatusReason"]?.stringValue
    }
}
