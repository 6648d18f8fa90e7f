package import AWSCore

/// AWS Identity and Access Management. API version 2010-05-08.
package struct IAMClient {
    static let version = "2010-05-08"

    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    package func createUser(name: String) throws(AWSError) {
        var form = QueryForm(action: "CreateUser", version: Self.version)
        form.add("UserName", name)
        _ = try session.query(form, service: "iam", operationPrefix: "iam")
    }

    /// - Parameter document: the policy as JSON.
    package func putUserPolicy(user: String, policy: String, document: String) throws(AWSError) {
        var form = QueryForm(action: "PutUserPolicy", version: Self.version)
        form.add("UserName", user)
        form.add("PolicyName", policy)
        form.add("PolicyDocument", document)
        _ = try session.query(form, service: "iam", operationPrefix: "iam")
    }

    /// The secret is in this answer only.
    package func createAccessKey(user: String) throws(AWSError) -> Credentials {
        var form = QueryForm(action: "CreateAccessKey", version: Self.version)
        form.add("UserName", user)
        let answer = try session.query(form, service: "iam", operationPrefix: "iam").first("AccessKey")
        guard let id = answer?.string("AccessKeyId"), let secret = answer?.string("SecretAccessKey"), !id.isEmpty,
            !secret.isEmpty
        else {
            throw AWSError(
                code: "client.unreadableAnswer",
                message: "no access key in the answer",
                status: 200,
                operation: "iam.CreateAccessKey"
            )
        }
        return Credentials(accessKeyId: id, secretAccessKey: secret)
    }
}
