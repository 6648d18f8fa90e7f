package import AWSCore

/// Amazon API Gateway, the account-wide settings. API version 2015-07-09.
package struct APIGatewayClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// The role with which API Gateway writes access logs; `nil` where the account has none, and stages with
    /// access logs cannot be made.
    package func cloudWatchRoleArn() throws(AWSError) -> String? {
        let answer = try session.rest(
            "GET",
            "/account",
            // API Gateway writes HAL documents unless asked for plain JSON.
            headers: ["Accept": "application/json"],
            service: "apigateway",
            operation: "GetAccount"
        )
        return answer["cloudwatchRoleArn"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }
}
