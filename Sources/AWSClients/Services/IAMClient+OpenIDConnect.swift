package import AWSCore

/// An identity provider whose tokens IAM takes for roles.
package struct OpenIDConnectProvider: Sendable, Equatable {
    /// For whom its tokens may be made: their `aud`.
    package var clientIds: [String]
}

extension IAMClient {
    /// - Returns: `nil` where the account has no such provider.
    package func openIDConnectProvider(_ arn: String) throws(AWSError) -> OpenIDConnectProvider? {
        var form = QueryForm(action: "GetOpenIDConnectProvider", version: Self.version)
        form.add("OpenIDConnectProviderArn", arn)
        do throws(AWSError) {
            let answer = try session.query(form, service: "iam", operationPrefix: "iam")
            return OpenIDConnectProvider(clientIds: answer.members("ClientIDList").map(\.text))
        } catch {
            guard error.code == "NoSuchEntity" else { throw error }
            return nil
        }
    }
}
