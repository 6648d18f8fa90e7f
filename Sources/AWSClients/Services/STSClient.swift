package import AWSCore

/// AWS Security Token Service. API version 2011-06-15.
package struct STSClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// Whose credentials the session has; needs no permission.
    package func getCallerIdentity() throws(AWSError) -> CallerIdentity {
        let form = QueryForm(action: "GetCallerIdentity", version: "2011-06-15")
        let answer = try session.query(form, service: "sts", operationPrefix: "sts")
        return CallerIdentity(
            account: answer.string("Account") ?? "",
            arn: answer.string("Arn") ?? "",
            userId: answer.string("UserId") ?? ""
        )
    }
}

package struct CallerIdentity: Sendable, Equatable {
    /// 12 digits.
    package var account: String
    package var arn: String
    package var userId: String
}
