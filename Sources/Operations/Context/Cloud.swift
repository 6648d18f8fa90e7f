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

    package init(_ session: AWSSession) {
        self.session = session
        cloudFormation = CloudFormationClient(session: session)
        s3 = S3Client(session: session)
        sts = STSClient(session: session)
        ssm = SSMClient(session: session)
        dynamoDB = DynamoDBClient(session: session)
        logs = LogsClient(session: session)
    }

    /// Opens a session; reads files and the environment, makes no call.
    /// - Parameter region: the spec's, into which `--region` has been merged; `nil` asks the AWS configuration.
    package init(_ context: ProjectContext, region: String?) throws(OperationError) {
        let files = context.effects.files
        let options = SessionOptions(
            environment: context.effects.environment,
            profile: context.overrides.profile,
            region: region,
            endpointURL: context.overrides.endpointURL,
            clock: context.effects.clock,
            transport: context.effects.transport,
            readFile: { try files.read($0) },
            isCancelled: context.effects.isInterrupted,
            log: context.effects.log
        )
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
