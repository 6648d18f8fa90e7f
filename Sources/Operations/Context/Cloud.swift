package import AWSClients
import AWSCore

/// The typed clients of one session, and the one place where their errors become an operation's.
package struct Cloud {
    package let session: AWSSession
    package let cloudFormation: CloudFormationClient
    package let s3: S3Client
    package let sts: STSClient
    package let ssm: SSMClient
    package let dynamoDB: DynamoDBClient
    package let logs: LogsClient
    package let lambda: LambdaClient

    package init(_ session: AWSSession) {
        self.session = session
        cloudFormation = CloudFormationClient(session: session)
        s3 = S3Client(session: session)
        sts = STSClient(session: session)
        ssm = SSMClient(session: session)
        dynamoDB = DynamoDBClient(session: session)
        logs = LogsClient(session: session)
        lambda = LambdaClient(session: session)
    }

    /// Opens a session; reads files and the environment, makes no call.
    /// - Parameter region: the spec's, into which `--region` has been merged; `nil` asks the AWS configuration.
    package init(_ context: ProjectContext, region: String?) throws(OperationError) {
        let options = context.sessionOptions(region: region)
        do {
            self.init(try AWSSession(options: options))
        } catch {
            throw OperationError(error)
        }
    }

    /// - Parameter doing: completes "AWS refused to …".
    func attempt<Answer>(
        _ doing: String,
        _ call: () throws(AWSError) -> Answer
    ) throws(OperationError) -> Answer {
        do {
            return try call()
        } catch {
            throw OperationError(error, doing)
        }
    }
}

extension ProjectContext {
    /// - Parameter region: `nil` leaves it to the environment and the profile.
    func sessionOptions(region: String?) -> SessionOptions {
        let files = effects.files
        return SessionOptions(
            environment: effects.environment,
            profile: overrides.profile,
            region: region,
            endpointURL: overrides.endpointURL,
            clock: effects.clock,
            transport: effects.transport,
            readFile: { try files.read($0) },
            isCancelled: effects.isInterrupted,
            log: effects.log,
            credentials: effects.credentials
        )
    }
}
