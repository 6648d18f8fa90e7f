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
            try iam.createUser(name: userName)
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
}
