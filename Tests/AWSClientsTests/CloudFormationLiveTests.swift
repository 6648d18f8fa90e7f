import AWSCore
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import AWSClients

/// The clients over libcurl against an emulator that checks signatures and permissions.
@Suite struct CloudFormationLiveTests {
    private static let template = """
        {"Parameters": {"Suffix": {"Type": "String"}},
         "Resources": {
          "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "live-${Suffix}"}}},
          "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "live-table", "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
            "AttributeDefinitions": [{"AttributeName": "userId", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "userId", "KeyType": "HASH"}]}}},
         "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}}}
        """

    @Test(.timeLimit(.minutes(5))) func aStackLivesAndDies() throws {
        let directory = TemporaryFolder()
        defer { directory.remove() }
        let reserved = try ClosedPort()
        let port = reserved.port
        let endpoint = "http://127.0.0.1:\(port)"
        reserved.release()
        let emulator = try start(port: port, endpoint: endpoint, directory: directory)
        defer { emulator.stop() }
        try waitUntilHealthy(endpoint, log: directory.path + "/log")

        let root = try session(endpoint, key: "test", secret: "test")
        let user = try accessKey(
            root,
            actions: ["cloudformation:*", "sns:*", "dynamodb:*", "s3:*", "ssm:*", "sts:*", "logs:*"]
        )
        let session = try session(endpoint, key: user.id, secret: user.secret)
        #expect(try STSClient(session: session).getCallerIdentity().arn.hasSuffix(":user/deployer"))

        let wrongSecret = try self.session(endpoint, key: user.id, secret: "wrong")
        #expect {
            try DynamoDBClient(session: wrongSecret).describeTable("live-table")
        } throws: {
            ($0 as? AWSError)?.accessProblem == .wrongSecretKey
        }
        try stack(session)
        try objects(session, root)
        try parameters(session)
    }

    private func stack(_ session: AWSSession) throws {
        let client = CloudFormationClient(session: session)
        #expect(try client.describeStack("live") == nil)
        #expect(try client.getTemplate("live") == nil)
        let created = try client.createChangeSet(
            ChangeSetRequest(
                stackName: "live",
                name: "c1",
                type: .create,
                template: .body(Self.template),
                parameters: ["Suffix": "one"],
                tags: ["team": "support"],
                clientToken: "t1"
            )
        )
        let set = try computed(client, created.id)
        #expect(set.changes.map(\.logicalId).sorted() == ["Table", "Topic"])
        #expect(set.changes.allSatisfy { $0.action == .add })
        #expect(try client.listChangeSets(stackName: "live").map(\.name) == ["c1"])
        try client.executeChangeSet(created.id, clientToken: "t2")
        let stack = try settled(client, "live")
        #expect(stack.status == .createComplete)
        #expect(stack.outputs["TopicArn"]?.hasSuffix(":live-one") == true)
        #expect(stack.tags["team"] == "support")
        let events = try client.stackEvents("live")
        #expect(events.last?.isOfStack == true && events.last?.status == "CREATE_COMPLETE")
        #expect(try client.stackEvents("live", since: events[0].id).map(\.id) == events.dropFirst().map(\.id))
        #expect(try client.stackResources("live").map(\.logicalId).sorted() == ["Table", "Topic"])
        #expect(try client.getTemplate("live") == Self.template)

        let again = try client.createChangeSet(
            ChangeSetRequest(
                stackName: "live",
                name: "c2",
                type: .update,
                template: .body(Self.template),
                parameters: ["Suffix": .usePrevious],
                tags: ["team": "support"]
            )
        )
        #expect(try computed(client, again.id).isEmpty)
        try client.deleteChangeSet(again.id)

        let tables = DynamoDBClient(session: session)
        let table = try #require(try tables.describeTable("live-table"))
        #expect(table.status == .active && table.hasDeletionProtection)
        try tables.setDeletionProtection("live-table", enabled: false)
        try client.updateTerminationProtection("live", enabled: true)
        #expect(throws: AWSError.self) { try client.deleteStack("live", clientToken: "t3") }
        try client.updateTerminationProtection("live", enabled: false)
        try client.deleteStack("live", clientToken: "t4")
        let gone = try poll { try client.describeStack("live") == nil ? true : nil }
        #expect(gone)
        #expect(try tables.describeTable("live-table") == nil)
    }

    private func objects(_ session: AWSSession, _ root: AWSSession) throws {
        let client = S3Client(session: session)
        #expect(try client.headBucket("live-bucket") == nil)
        // The bucket is a stack's work elsewhere; here a bare PUT makes it.
        _ = try root.send(
            HTTPRequest(
                method: "PUT",
                endpoint: root.endpoint("s3"),
                path: "/live-bucket",
                body: Array(
                    "<CreateBucketConfiguration><LocationConstraint>us-east-2</LocationConstraint></CreateBucketConfiguration>"
                        .utf8
                )
            ),
            service: "s3",
            operation: "s3.CreateBucket"
        )
        #expect(try client.headBucket("live-bucket") != nil)
        let key = "a b/ü+&%.zip"
        let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try client.headObject("live-bucket", key) == nil)
        try client.putObject("live-bucket", key, body: body, contentType: "application/zip", metadata: ["a": "1"])
        let head = try #require(try client.headObject("live-bucket", key))
        #expect(head.size == 100_000 && head.metadata == ["a": "1"] && head.contentType == "application/zip")
        #expect(try client.getObject("live-bucket", key) == body)
        #expect(try client.listObjects("live-bucket", prefix: "a ")?.map(\.key) == [key])
        for version in try #require(try client.listObjectVersions("live-bucket")) {
            try client.deleteObjectVersion("live-bucket", version.key, versionId: version.versionId)
        }
        try client.deleteObject("live-bucket", key)
        #expect(try client.listObjects("live-bucket")?.isEmpty == true)
    }

    private func parameters(_ session: AWSSession) throws {
        let client = SSMClient(session: session)
        #expect(try client.getParameter("/live/key") == nil)
        #expect(try client.createSecureParameter("/live/key", value: "one"))
        #expect(try client.createSecureParameter("/live/key", value: "two") == false)
        #expect(try client.getParameter("/live/key")?.value == "one")
        #expect(try client.deleteParameter("/live/key"))
        #expect(try client.deleteParameter("/live/key") == false)
        #expect(try LogsClient(session: session).describeLogGroups(prefix: "/nothing").isEmpty)
    }

    // MARK: The emulator

    private func start(port: Int, endpoint: String, directory: TemporaryFolder) throws -> Subprocess {
        try FileManager.default.createDirectory(atPath: directory.path + "/tmp", withIntermediateDirectories: true)
        return try Subprocess(
            Python.interpreter(),
            ["-m", "ministack"],
            environment: [
                "HOME": directory.path, "TMPDIR": directory.path + "/tmp", "GATEWAY_PORT": String(port),
                "BIND_HOST": "127.0.0.1", "AWS_ENDPOINT_URL": endpoint, "MINISTACK_REGION": "us-east-2",
                "MINISTACK_ACCOUNT_ID": "123456789012", "AUTH": "true",
            ],
            output: .file(directory.path + "/log"),
            errors: .file(directory.path + "/errors")
        )
    }

    private func waitUntilHealthy(_ endpoint: String, log: String) throws {
        let target = try #require(Endpoint(url: endpoint))
        let request = HTTPRequest(method: "GET", endpoint: target, path: "/_ministack/health")
        let transport = CurlTransport()
        let isUp = try poll { (try? transport.send(request, timeout: .seconds(60)))?.status == 200 ? true : nil }
        #expect(isUp, "MiniStack has not started")
    }

    private func session(_ endpoint: String, key: String, secret: String) throws -> AWSSession {
        try AWSSession(
            options: SessionOptions(
                environment: ["AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret],
                region: "us-east-2",
                endpointURL: endpoint,
                clock: SystemClock(),
                readFile: { _ in nil }
            )
        )
    }

    private func accessKey(_ root: AWSSession, actions: [String]) throws -> (id: String, secret: String) {
        func iam(_ action: String, _ fields: [String: String]) throws -> XMLElement {
            var form = QueryForm(action: action, version: "2010-05-08")
            form.add("UserName", "deployer")
            for (name, value) in fields { form.add(name, value) }
            return try root.query(form, service: "iam", operationPrefix: "iam")
        }
        let policy: JSONValue = [
            "Version": "2012-10-17",
            "Statement": [["Effect": "Allow", "Action": .array(actions.map { .string($0) }), "Resource": "*"]],
        ]
        _ = try iam("CreateUser", [:])
        _ = try iam("PutUserPolicy", ["PolicyName": "p", "PolicyDocument": policy.encodedString()])
        let key = try #require(try iam("CreateAccessKey", [:]).first("AccessKey"))
        return (try #require(key.string("AccessKeyId")), try #require(key.string("SecretAccessKey")))
    }

    // MARK: Waiting

    /// Up to two minutes: the machine may be busy with other tests.
    private func poll<Value>(_ look: () throws -> Value?) throws -> Value {
        for _ in 0..<2_400 {
            if let value = try look() { return value }
            usleep(50_000)
        }
        throw TimedOut()
    }

    private struct TimedOut: Error {}

    private func computed(_ client: CloudFormationClient, _ id: String) throws -> ChangeSet {
        try poll {
            guard let set = try client.describeChangeSet(id), !set.status.isPending else { return nil }
            return set
        }
    }

    private func settled(_ client: CloudFormationClient, _ name: String) throws -> Stack {
        try poll {
            guard let stack = try client.describeStack(name), !stack.status.isInProgress else { return nil }
            return stack.status == .reviewInProgress ? nil : stack
        }
    }
}
