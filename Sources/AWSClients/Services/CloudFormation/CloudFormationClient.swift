package import AWSCore

/// AWS CloudFormation, the calls that read stacks. API version 2010-05-15.
package struct CloudFormationClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    static let version = "2010-05-15"

    /// - Parameter name: a name, or an id: only an id finds a stack that was deleted.
    /// - Returns: `nil` where no such stack exists. Denied access is an error.
    package func describeStack(_ name: String) throws(AWSError) -> Stack? {
        var form = QueryForm(action: "DescribeStacks", version: Self.version)
        form.add("StackName", name)
        return try absentAsNil { () throws(AWSError) in
            try call(form).members("Stacks").first.map(Stack.init)
        } ?? nil
    }

    /// Every stack of the account and region that is not deleted.
    package func listStacks() throws(AWSError) -> [Stack] {
        try pages("DescribeStacks") { $0.members("Stacks").map(Stack.init) }
    }

    /// The template as it was submitted; `nil` where no such stack exists.
    package func getTemplate(_ stackName: String) throws(AWSError) -> String? {
        var form = QueryForm(action: "GetTemplate", version: Self.version)
        form.add("StackName", stackName)
        form.add("TemplateStage", "Original")
        return try absentAsNil { () throws(AWSError) in try call(form).string("TemplateBody") } ?? nil
    }

    /// What happened since an event, oldest first.
    /// - Parameters:
    ///   - since: the id of the last event already seen; `nil` reads back to `notBefore`.
    ///   - notBefore: events older than this are not looked for; it bounds the reading of a long history.
    /// - Returns: empty where no such stack exists.
    package func stackEvents(
        _ stackName: String,
        since: String? = nil,
        notBefore: Timestamp? = nil
    ) throws(AWSError) -> [StackEvent] {
        var newestFirst: [StackEvent] = []
        var token: String?
        repeat {
            var form = QueryForm(action: "DescribeStackEvents", version: Self.version)
            form.add("StackName", stackName)
            form.add("NextToken", token)
            guard let page = try absentAsNil({ () throws(AWSError) in try call(form) }) else { break }
            for event in page.members("StackEvents").map(StackEvent.init) {
                let isOld = notBefore.map { limit in event.time.map { $0 < limit } ?? false } ?? false
                if isOld || event.id == since { return newestFirst.reversed() }
                newestFirst.append(event)
            }
            token = try nextToken(page, after: token, form)
        } while token != nil
        return newestFirst.reversed()
    }

    /// - Returns: empty where no such stack exists.
    package func stackResources(_ stackName: String) throws(AWSError) -> [StackResource] {
        try absentAsNil { () throws(AWSError) in
            try pages("ListStackResources", ["StackName": stackName]) {
                $0.members("StackResourceSummaries").map(StackResource.init)
            }
        } ?? []
    }

    /// What CloudFormation reads out of a template; an error of code `ValidationError` says what is wrong.
    package func validateTemplate(_ template: TemplateSource) throws(AWSError) -> TemplateSummary {
        var form = QueryForm(action: "ValidateTemplate", version: Self.version)
        form.add(template)
        return TemplateSummary(try call(form))
    }

    // MARK: Calls

    /// Sends a form and answers with the `<ActionResult>` element.
    func call(_ form: QueryForm) throws(AWSError) -> XMLElement {
        try session.query(form, service: "cloudformation", operationPrefix: "cloudformation")
    }

    func pages<Item>(
        _ action: String,
        _ fields: [String: String] = [:],
        _ items: (XMLElement) -> [Item]
    ) throws(AWSError) -> [Item] {
        var all: [Item] = []
        var token: String?
        repeat {
            var form = QueryForm(action: action, version: Self.version)
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) { form.add(name, value) }
            form.add("NextToken", token)
            let page = try call(form)
            all += items(page)
            token = try nextToken(page, after: token, form)
        } while token != nil
        return all
    }

    /// The token of the next page; a token that does not change would be read for ever.
    func nextToken(_ page: XMLElement, after token: String?, _ form: QueryForm) throws(AWSError) -> String? {
        try nextPage(page.string("NextToken"), after: token, operation: "cloudformation.\(form.action)")
    }
}

/// Where CloudFormation gets a template from.
package enum TemplateSource: Sendable, Equatable {
    /// At most 51,200 bytes.
    case body(String)
    /// An S3 URL; at most 1 MB.
    case url(String)
}

/// What ValidateTemplate answers.
package struct TemplateSummary: Sendable, Equatable {
    package var parameters: [String]
    package var capabilities: [String]
    package var capabilitiesReason: String?
    package var description: String?

    init(_ element: XMLElement) {
        parameters = element.members("Parameters").compactMap { $0.string("ParameterKey") }
        capabilities = element.members("Capabilities").map(\.text)
        capabilitiesReason = element.string("CapabilitiesReason")
        description = element.string("Description")
    }
}

extension QueryForm {
    mutating func add(_ template: TemplateSource) {
        switch template {
        case .body(let text): add("TemplateBody", text)
        case .url(let url): add("TemplateURL", url)
        }
    }

    var action: String { fields.first?.value ?? "" }
}
