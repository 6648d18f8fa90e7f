import AWSClients
import AWSCore

/// The IAM user of a local AWS. MiniStack does not check the root key `test`; a user's key it does check.
enum LocalIdentity {
    static let userName = "botctl"
    private static let policy =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#

    static func create(
        _ environment: MiniStackEnvironment,
        transport: any HTTPTransport,
        clock: any WallClock
    ) throws(LocalAWSError) -> Credentials {
        do {
            let session = try AWSSession(
                options: SessionOptions(
                    environment: ["AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"],
                    region: environment.region,
                    endpointURL: environment.url,
                    clock: clock,
                    transport: transport,
                    readFile: { _ in nil }
                )
            )
            let iam = IAMClient(session: session)
            try ensureUser(iam)
            try iam.putUserPolicy(user: userName, policy: "administrator", document: policy)
            return try iam.createAccessKey(user: userName)
        } catch {
            throw LocalAWSError(
                .identity,
                "the local IAM user could not be made: \(error)",
                fix: "install the tested version: pip install ministack==\(MiniStackLocator.version)"
            )
        }
    }

    /// A state that was kept has the user; the secret of its key was in one answer only, so there is a new key.
    private static func ensureUser(_ iam: IAMClient) throws(AWSError) {
        do throws(AWSError) {
            try iam.createUser(name: userName)
        } catch {
            if error.code != "EntityAlreadyExists" { throw error }
        }
    }
}
