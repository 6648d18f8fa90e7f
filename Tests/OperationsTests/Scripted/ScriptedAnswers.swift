import AWSCore

/// Answers as CloudFormation writes them (API version 2010-05-15).
extension ScriptedCloudFormation {
    private static let namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

    /// - Parameter inner: `nil` for an action that has no result.
    func xml(_ action: String, _ inner: String?) -> HTTPResponse {
        let result = inner.map { "<\(action)Result>\($0)</\(action)Result>" } ?? ""
        let text =
            "<\(action)Response xmlns=\"\(Self.namespace)\">\(result)"
            + "<ResponseMetadata><RequestId>r-\(nextId())</RequestId></ResponseMetadata></\(action)Response>"
        return HTTPResponse(status: 200, headers: ["Content-Type": "text/xml"], body: Array(text.utf8))
    }

    func failure(_ status: Int, _ code: String, _ message: String, _ type: String = "Sender") -> HTTPResponse {
        let text =
            "<ErrorResponse xmlns=\"\(Self.namespace)\"><Error><Type>\(type)</Type><Code>\(code)</Code>"
            + "<Message>\(escaped(message))</Message></Error><RequestId>r-\(nextId())</RequestId></ErrorResponse>"
        return HTTPResponse(status: status, headers: ["Content-Type": "text/xml"], body: Array(text.utf8))
    }

    /// One page of a list; its token is where the next one begins.
    func page(
        _ action: String,
        _ list: String,
        _ members: [String],
        _ form: [String: String],
        around: String = ""
    ) -> HTTPResponse {
        let start = form["NextToken"].flatMap { Int($0.dropFirst("page-".count)) } ?? 0
        guard start <= members.count else { return failure(400, "ValidationError", "NextToken is invalid") }
        let end = min(start + pageSize, members.count)
        let next = end < members.count ? "<NextToken>page-\(end)</NextToken>" : ""
        return xml(action, "\(around)<\(list)>\(members[start..<end].joined())</\(list)>\(next)")
    }

    func list(_ name: String, _ form: [String: String]) -> [String] {
        var items: [String] = []
        while let item = form["\(name).member.\(items.count + 1)"] { items.append(item) }
        return items
    }

    func pairs(_ form: [String: String], _ list: String, _ key: String, _ value: String) -> [String: String] {
        var result: [String: String] = [:]
        var index = 1
        while let name = form["\(list).member.\(index).\(key)"] {
            result[name] = form["\(list).member.\(index).\(value)"]
            index += 1
        }
        return result
    }
}

func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}

private func element(_ name: String, _ text: String?) -> String {
    text.map { "<\(name)>\(escaped($0))</\(name)>" } ?? ""
}

private func members(_ name: String, _ pairs: [String: String], _ key: String, _ value: String) -> String {
    let items = pairs.sorted { $0.key < $1.key }.map {
        "<member>\(element(key, $0.key))\(element(value, $0.value))</member>"
    }
    return "<\(name)>\(items.joined())</\(name)>"
}

extension ScriptedStack {
    var xml: String {
        let outputs = ["ApiId": "api1", "StageName": "dev", "TableName": resource("Table")?.physicalId ?? ""]
        return "<member>" + element("StackId", id) + element("StackName", name) + element("ChangeSetId", changeSetId)
            + element("StackStatus", status) + element("StackStatusReason", reason)
            + element("CreationTime", created.rfc3339) + element("LastUpdatedTime", updated?.rfc3339)
            + members("Parameters", definition.parameters, "ParameterKey", "ParameterValue")
            + members("Tags", definition.tags, "Key", "Value")
            + members("Outputs", outputs, "OutputKey", "OutputValue")
            + element("DisableRollback", "false")
            + element("EnableTerminationProtection", isProtected ? "true" : "false") + "</member>"
    }
}

extension ScriptedStack.Resource {
    var summary: String {
        "<member>" + element("LogicalResourceId", logicalId) + element("PhysicalResourceId", physicalId)
            + element("ResourceType", type) + element("LastUpdatedTimestamp", changed.rfc3339)
            + element("ResourceStatus", status) + element("ResourceStatusReason", reason) + "</member>"
    }

    func xml(_ stack: ScriptedStack) -> String {
        "<member>" + element("StackName", stack.name) + element("StackId", stack.id)
            + element("LogicalResourceId", logicalId) + element("PhysicalResourceId", physicalId)
            + element("ResourceType", type) + element("Timestamp", changed.rfc3339)
            + element("ResourceStatus", status) + element("ResourceStatusReason", reason) + "</member>"
    }
}

extension ScriptedStack.Event {
    func xml(_ stack: ScriptedStack) -> String {
        "<member>" + element("EventId", id) + element("StackId", stack.id) + element("StackName", stack.name)
            + element("LogicalResourceId", logicalId) + element("PhysicalResourceId", physicalId)
            + element("ResourceType", type) + element("Timestamp", time.rfc3339) + element("ResourceStatus", status)
            + element("ResourceStatusReason", reason) + element("ClientRequestToken", token.isEmpty ? nil : token)
            + "</member>"
    }
}

extension ScriptedStack.ChangeSet {
    func xml(_ stack: ScriptedStack, now: Timestamp) -> String {
        let (status, execution) = status(now)
        return element("ChangeSetId", id) + element("ChangeSetName", name) + element("StackId", stack.id)
            + element("StackName", stack.name) + element("Description", description)
            + element("CreationTime", created.rfc3339) + element("ExecutionStatus", execution)
            + element("Status", status)
            + element("StatusReason", isEmpty && now >= ready ? RecordedText.noChanges : nil)
    }
}
