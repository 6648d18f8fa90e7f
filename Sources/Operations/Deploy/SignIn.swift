import AWSClients
import AWSCore
import BotSpec

extension Cloud {
    /// Whose credentials these are.
    /// - Throws: `wrongAccount` when the spec names another account.
    func signIn(_ spec: BotSpec, _ host: any OperationHost) throws(OperationError) -> CallerIdentity {
        let identity = try attempt("tell whose credentials these are") { () throws(AWSError) in
            try sts.getCallerIdentity()
        }
        if let account = spec.account, account != identity.account {
            throw OperationError(
                .wrongAccount,
                "these are credentials of account \(identity.account), and the spec is for account \(account)",
                details: ["credentials: \(session.credentialsSource)", "caller: \(identity.arn)"],
                fix: "choose another --profile, or correct `account` in the spec"
            )
        }
        host.notify(
            .signedIn(
                account: identity.account,
                caller: identity.arn,
                region: session.region,
                credentials: session.credentialsSource
            )
        )
        return identity
    }
}
