package import AWSCore

/// AWS Lambda, the calls that read functions. API version 2015-03-31.
package struct LambdaClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// - Parameter name: a function's name or ARN.
    /// - Returns: `nil` where there is no such function.
    package func getFunctionConfiguration(_ name: String) throws(AWSError) -> FunctionConfiguration? {
        try absentAsNil { () throws(AWSError) in
            let path = "/2015-03-31/functions/\(percentEncode(name))/configuration"
            return FunctionConfiguration(
                try session.rest("GET", path, service: "lambda", operation: "GetFunctionConfiguration")
            )
        }
    }
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
