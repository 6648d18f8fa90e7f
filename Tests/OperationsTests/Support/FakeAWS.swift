import AWSCore

/// A small AWS in memory, on the wire that the clients speak: CloudFormation with change sets, S3, SSM, STS,
/// DynamoDB and Logs, as far as deploy and teardown use them. A stack works for `ticks` looks at it.
final class FakeAWS: HTTPTransport {
    struct ChangeSet {
        var name: String
        var id: String
        var isCreate: Bool
        var template: String
        var parameters: [String: String]
        var tags: [String: String]
        var isEmpty: Bool
        var description = ""
        var mode = "STANDARD"
        var created = "2026-09-21T14:13:20Z"
    }

    struct Stack {
        var id: String
        var status: String
        var template = ""
        var parameters: [String: String] = [:]
        var tags: [String: String] = [:]
        var isProtected = false
        var changeSetId = ""
        var changeSets: [ChangeSet] = []
        /// `STANDARD` or `EXPRESS`, of the last operation.
        var mode = "STANDARD"
        /// Oldest first.
        var events: [String] = []
        /// What the work in progress ends in, after so many looks; `nil` status removes the stack.
        var pending: (looks: Int, status: String?)?
    }

    struct Table {
        var tags: [String: String]
        var items = 0
        var isProtected = false
    }

    var stacks: [String: Stack] = [:]
    /// By bucket, then key.
    var buckets: [String: [String: [UInt8]]] = [:]
    var parameters: [String: String] = [:]
    var tables: [String: Table] = [:]
    var logGroups: Set<String> = []
    /// The audiences of each OpenID Connect provider, by its ARN.
    var providers: [String: [String]] = [:]
    /// Sort keys by user, of the one table.
    var partitions: [String: [String]] = [:]
    /// How many items each next BatchWriteItem leaves.
    var unprocessed: [Int] = []
    /// Sort keys that come into a partition after each next BatchWriteItem.
    var arrivals: [[String]] = []
    var account = "111122223333"
    /// Somebody deletes each change set as soon as it is there.
    var losesChangeSets = false
    /// How many looks a stack's work takes.
    var ticks = 2
    /// The next execution fails at this resource with these words, and is rolled back.
    var failure: (logicalId: String, type: String, reason: String)?
    /// When the objects of the buckets were written: long ago, or just now.
    var objectsAreYoung = false
    /// Of every stack whose template names them, besides the usual ones.
    var outputs: [String: String] = [:]
    /// The members of the answer to ListStackResources.
    var resources = ""
    /// The members of `Changes` in the answers about change sets.
    var verdicts = ""
    /// By name; made and changed by the stacks that have them.
    var functions: [String: FakeFunction] = [:]
    /// The `DeploymentConfig` of each change set and deletion: `EXPRESS`, `EXPRESS without rollback`, or nothing.
    var deployments: [String] = []
    /// With these words CloudFormation refuses `DeploymentConfig`.
    var refusesDeploymentConfig: String?
    /// How many looks a function's update takes.
    var functionTicks = 2
    /// How a detection of drift ends, after so many looks, and the members of what it found.
    var drift = (looks: 1, status: "DETECTION_COMPLETE", resources: "")
    /// `service.Action` → the error that it answers with.
    var refusals: [String: (status: Int, code: String, message: String)] = [:]
    /// From this call on nothing comes through: the process was killed.
    var diesAtCall: Int?
    /// Answers for CloudFormation where set: with real states, rules and times.
    var script: ScriptedCloudFormation?
    private(set) var calls: [String] = []
    private var count = 0

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        let scope = request.headers["Authorization"].map { $0.split(separator: "/") } ?? []
        let service = scope.count > 3 ? String(scope[3]) : "unsigned"
        let call = "\(service).\(action(of: request, service: service))"
        if let diesAtCall, calls.count >= diesAtCall {
            throw TransportError(.cancelled, peer: request.endpoint.authority, detail: "killed")
        }
        calls.append(call)
        if let refusal = refusals[call] {
            return Answer(error(service, refusal.status, refusal.code, refusal.message))
        }
        return Answer(answer(call, request))
    }

    private func action(of request: HTTPRequest, service: String) -> String {
        switch service {
        case "s3": return request.method + (request.path.split(separator: "/").count > 1 ? "Object" : "Bucket")
        case "cloudformation", "sts", "iam": return form(request)["Action"] ?? ""
        case "lambda": return request.method == "PUT" ? "UpdateFunctionCode" : "GetFunctionConfiguration"
        default: return request.headers["X-Amz-Target"]?.split(separator: ".").last.map(String.init) ?? ""
        }
    }

    private func answer(_ call: String, _ request: HTTPRequest) -> HTTPResponse {
        let parts = call.split(separator: ".").map(String.init)
        switch parts[0] {
        case "sts":
            return xml("GetCallerIdentity", "<Account>\(account)</Account><Arn>arn:aws:iam::\(account):user/test</Arn>")
        case "cloudformation":
            return script?.answer(parts[1], form(request)) ?? cloudFormation(parts[1], form(request))
        case "iam":
            guard let clients = providers[form(request)["OpenIDConnectProviderArn"] ?? ""] else {
                return error("iam", 404, "NoSuchEntity", "no such provider")
            }
            let members = clients.map { "<member>\($0)</member>" }.joined()
            return xml(parts[1], "<ClientIDList>\(members)</ClientIDList>")
        case "s3": return s3(request)
        case "lambda": return lambda(request)
        default:
            let input = (try? JSONValue.parse(request.body)) ?? .null
            return json(parts[0], parts[1], input)
        }
    }

    func nextId() -> Int {
        count += 1
        return count
    }

    // MARK: S3

    private func s3(_ request: HTTPRequest) -> HTTPResponse {
        let path = request.path.split(separator: "/").map(String.init)
        let bucket = path[0]
        let key = path.dropFirst().joined(separator: "/")
        guard let objects = buckets[bucket] else {
            return request.method == "HEAD" ? HTTPResponse(status: 404) : error("s3", 404, "NoSuchBucket", "none")
        }
        if key.isEmpty, request.method == "HEAD" { return HTTPResponse(status: 200) }
        if key.isEmpty {
            let prefix = request.query.first { $0.name == "prefix" }?.value ?? ""
            if request.query.contains(where: { $0.name == "list-type" }) {
                let date = objectsAreYoung ? "2099-01-01T00:00:00Z" : "2020-01-01T00:00:00Z"
                let contents = objects.keys.filter { $0.hasPrefix(prefix) }.sorted().map {
                    "<Contents><Key>\($0)</Key><Size>\(objects[$0]?.count ?? 0)</Size><LastModified>\(date)</LastModified>"
                        + "</Contents>"
                }
                return HTTPResponse(status: 200, body: Array("<R>\(contents.joined())</R>".utf8))
            }
            let versions = objects.keys.filter { $0.hasPrefix(prefix) }.sorted().map {
                "<Version><Key>\($0)</Key><VersionId>v1</VersionId></Version>"
            }
            return HTTPResponse(status: 200, body: Array("<R>\(versions.joined())</R>".utf8))
        }
        switch request.method {
        case "PUT":
            buckets[bucket]?[key] = request.body
            return HTTPResponse(status: 200)
        case "DELETE":
            buckets[bucket]?[key] = nil
            return HTTPResponse(status: 204)
        default:
            guard let body = objects[key] else {
                return request.method == "HEAD" ? HTTPResponse(status: 404) : error("s3", 404, "NoSuchKey", "none")
            }
            let headers: HTTPHeaders = ["x-amz-checksum-sha256": base64Encode(sha256(body))]
            return HTTPResponse(status: 200, headers: headers, body: request.method == "HEAD" ? [] : body)
        }
    }

    // MARK: JSON services

    private func json(_ service: String, _ action: String, _ input: JSONValue) -> HTTPResponse {
        func object(_ value: JSONValue) -> HTTPResponse { HTTPResponse(status: 200, body: value.encoded()) }
        let name = input["Name"]?.stringValue ?? input["TableName"]?.stringValue ?? ""
        switch (service, action) {
        case ("ssm", "GetParameter"):
            guard let value = parameters[name] else { return error(service, 400, "ParameterNotFound", "none") }
            return object(.object(["Parameter": .object(["Name": .string(name), "Value": .string(value)])]))
        case ("ssm", "PutParameter"):
            if parameters[name] != nil { return error(service, 400, "ParameterAlreadyExists", "there") }
            parameters[name] = input["Value"]?.stringValue
            return object(.object([:]))
        case ("ssm", "DeleteParameter"):
            guard parameters.removeValue(forKey: name) != nil else {
                return error(service, 400, "ParameterNotFound", "none")
            }
            return object(.object([:]))
        case ("dynamodb", "ListTables"):
            return object(.object(["TableNames": .array(tables.keys.sorted().map { .string($0) })]))
        case ("dynamodb", "DescribeTable"):
            guard let table = tables[name] else { return error(service, 400, "ResourceNotFoundException", "none") }
            return object(
                .object([
                    "Table": .object([
                        "TableName": .string(name), "TableArn": .string("arn:\(name)"), "TableStatus": "ACTIVE",
                        "ItemCount": .int(Int64(table.items)), "TableSizeBytes": .int(Int64(table.items * 100)),
                        "DeletionProtectionEnabled": .bool(table.isProtected),
                    ])
                ])
            )
        case ("dynamodb", "ListTagsOfResource"):
            let table = input["ResourceArn"]?.stringValue.map { String($0.dropFirst(4)) } ?? ""
            let tags = (tables[table]?.tags ?? [:]).map {
                JSONValue.object(["Key": .string($0.key), "Value": .string($0.value)])
            }
            return object(.object(["Tags": .array(tags)]))
        case ("dynamodb", "DeleteTable"):
            tables[name] = nil
            return object(.object([:]))
        case ("dynamodb", "Query"): return object(queryItems(input))
        case ("dynamodb", "BatchWriteItem"): return batchWrite(input)
        case ("logs", "DescribeLogGroups"):
            let prefix = input["logGroupNamePrefix"]?.stringValue ?? ""
            let groups = logGroups.filter { $0.hasPrefix(prefix) }.sorted().map {
                JSONValue.object(["logGroupName": .string($0), "arn": .string("arn:\($0)")])
            }
            return object(.object(["logGroups": .array(groups)]))
        case ("logs", "DeleteLogGroup"):
            logGroups.remove(input["logGroupName"]?.stringValue ?? "")
            return object(.object([:]))
        default:
            return error(service, 400, "UnknownOperationException", "\(service).\(action)")
        }
    }

    // MARK: Wire

    func xml(_ action: String, _ inner: String) -> HTTPResponse {
        let text = "<\(action)Response><\(action)Result>\(inner)</\(action)Result></\(action)Response>"
        return HTTPResponse(status: 200, body: Array(text.utf8))
    }

    func error(_ service: String, _ status: Int, _ code: String, _ message: String) -> HTTPResponse {
        switch service {
        case "s3":
            return HTTPResponse(
                status: status,
                body: Array("<Error><Code>\(code)</Code><Message>\(message)</Message></Error>".utf8)
            )
        case "cloudformation", "sts":
            let text = "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
            return HTTPResponse(status: status, body: Array(text.utf8))
        default:
            return HTTPResponse(
                status: status,
                body: JSONValue.object(["__type": .string(code), "message": .string(message)]).encoded()
            )
        }
    }

    private func form(_ request: HTTPRequest) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                percentDecode(String($0.map { $0 == "+" ? " " : $0 })) ?? ""
            }
            fields[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return fields
    }
}

/// An answer that is there already.
private final class Answer: HTTPExchange {
    private let response: HTTPResponse
    private var isRead = false

    init(_ response: HTTPResponse) { self.response = response }

    func head() throws(TransportError) -> HTTPResponseHead {
        HTTPResponseHead(status: response.status, headers: response.headers)
    }

    func next() throws(TransportError) -> [UInt8]? {
        guard !isRead, !response.body.isEmpty else { return nil }
        isRead = true
        return response.body
    }

    func cancel() {}
}
