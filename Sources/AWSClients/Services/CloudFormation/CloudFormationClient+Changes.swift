package import AWSCore

/// The calls that change stacks.
extension CloudFormationClient {
    /// Asks for a change set; `describeChangeSet` says when it is ready.
    package func createChangeSet(_ request: ChangeSetRequest) throws(AWSError) -> CreatedChangeSet {
        var form = QueryForm(action: "CreateChangeSet", version: Self.version)
        form.add("StackName", request.stackName)
        form.add("ChangeSetName", request.name)
        form.add("ChangeSetType", request.type.rawValue)
        form.add(request.template)
        form.add(
            structures: "Parameters",
            request.parameters.sorted { $0.key < $1.key }.map { name, value in
                switch value {
                case .value(let text): [("ParameterKey", name), ("ParameterValue", text)]
                case .usePrevious: [("ParameterKey", name), ("UsePreviousValue", "true")]
                }
            }
        )
        form.add(list: "Capabilities", request.capabilities)
        form.add(
            structures: "Tags",
            request.tags.sorted { $0.key < $1.key }.map { [("Key", $0.key), ("Value", $0.value)] }
        )
        form.add("Description", request.description)
        form.add("ClientToken", request.clientToken)
        form.add(request.deployment)
        let answer = try call(form)
        return CreatedChangeSet(id: answer.string("Id") ?? "", stackId: answer.string("StackId") ?? "")
    }

    /// A change set with all of its changes.
    /// - Parameters:
    ///   - name: a name with `stackName`, or an id alone.
    ///   - includePropertyValues: ask for the values before and after each property's change.
    /// - Returns: `nil` where no such change set exists.
    package func describeChangeSet(
        _ name: String,
        stackName: String? = nil,
        includePropertyValues: Bool = true
    ) throws(AWSError) -> ChangeSet? {
        var changeSet: ChangeSet?
        var token: String?
        repeat {
            var form = QueryForm(action: "DescribeChangeSet", version: Self.version)
            form.add("ChangeSetName", name)
            form.add("StackName", stackName)
            form.add("IncludePropertyValues", includePropertyValues)
            form.add("NextToken", token)
            guard let page = try absentAsNil({ () throws(AWSError) in try call(form) }) else { return nil }
            if changeSet == nil {
                changeSet = ChangeSet(page)
            } else {
                changeSet?.changes += ChangeSet.changes(page)
            }
            token = try nextToken(page, after: token, form)
        } while token != nil
        return changeSet
    }

    /// - Returns: empty where no such stack exists.
    package func listChangeSets(stackName: String) throws(AWSError) -> [ChangeSetSummary] {
        try absentAsNil { () throws(AWSError) in
            try pages("ListChangeSets", ["StackName": stackName]) {
                $0.members("Summaries").map(ChangeSetSummary.init)
            }
        } ?? []
    }

    /// - Parameter clientToken: the same token makes a repeated call the same call, and marks its events.
    package func executeChangeSet(_ name: String, stackName: String? = nil, clientToken: String) throws(AWSError) {
        var form = QueryForm(action: "ExecuteChangeSet", version: Self.version)
        form.add("ChangeSetName", name)
        form.add("StackName", stackName)
        form.add("ClientRequestToken", clientToken)
        _ = try call(form)
    }

    /// Deleting what is absent is done already.
    package func deleteChangeSet(_ name: String, stackName: String? = nil) throws(AWSError) {
        var form = QueryForm(action: "DeleteChangeSet", version: Self.version)
        form.add("ChangeSetName", name)
        form.add("StackName", stackName)
        _ = try absentAsNil { () throws(AWSError) in try call(form) }
    }

    /// Begins a deletion; CloudFormation accepts the deletion of an absent stack.
    /// - Parameter retainResources: logical ids to leave behind; allowed only in DELETE_FAILED.
    package func deleteStack(
        _ name: String,
        retainResources: [String] = [],
        deployment: DeploymentConfig? = nil,
        clientToken: String
    ) throws(AWSError) {
        var form = QueryForm(action: "DeleteStack", version: Self.version)
        form.add("StackName", name)
        form.add(list: "RetainResources", retainResources)
        form.add(deployment)
        form.add("ClientRequestToken", clientToken)
        _ = try call(form)
    }

    package func updateTerminationProtection(_ stackName: String, enabled: Bool) throws(AWSError) {
        var form = QueryForm(action: "UpdateTerminationProtection", version: Self.version)
        form.add("StackName", stackName)
        form.add("EnableTerminationProtection", enabled)
        _ = try call(form)
    }

    /// Leads a stack out of UPDATE_ROLLBACK_FAILED.
    /// - Parameter resourcesToSkip: logical ids that CloudFormation then takes for rolled back as they are.
    package func continueUpdateRollback(
        _ stackName: String,
        resourcesToSkip: [String] = [],
        clientToken: String
    ) throws(AWSError) {
        var form = QueryForm(action: "ContinueUpdateRollback", version: Self.version)
        form.add("StackName", stackName)
        form.add(list: "ResourcesToSkip", resourcesToSkip)
        form.add("ClientRequestToken", clientToken)
        _ = try call(form)
    }

    /// Takes back an operation whose failure was not rolled back: CREATE_FAILED and UPDATE_FAILED only.
    package func rollbackStack(
        _ stackName: String,
        deployment: DeploymentConfig? = nil,
        clientToken: String
    ) throws(AWSError) {
        var form = QueryForm(action: "RollbackStack", version: Self.version)
        form.add("StackName", stackName)
        form.add(deployment)
        form.add("ClientRequestToken", clientToken)
        _ = try call(form)
    }

    package func cancelUpdateStack(_ stackName: String, clientToken: String) throws(AWSError) {
        var form = QueryForm(action: "CancelUpdateStack", version: Self.version)
        form.add("StackName", stackName)
        form.add("ClientRequestToken", clientToken)
        _ = try call(form)
    }
}

/// What CreateChangeSet is asked for.
package struct ChangeSetRequest: Sendable, Equatable {
    package enum StackType: String, Sendable { case create = "CREATE", update = "UPDATE" }
    package enum Parameter: Sendable, Equatable, ExpressibleByStringLiteral {
        case value(String)
        /// The deployed stack's value; for updates only.
        case usePrevious

        package init(stringLiteral value: String) { self = .value(value) }
    }

    package var stackName: String
    package var name: String
    package var type: StackType
    package var template: TemplateSource
    package var parameters: [String: Parameter]
    /// `CAPABILITY_IAM`, `CAPABILITY_NAMED_IAM`.
    package var capabilities: [String]
    package var tags: [String: String]
    package var description: String?
    /// The same token makes a repeated call the same call.
    package var clientToken: String?
    /// How the change set will be executed; `nil` leaves it to CloudFormation's default, which is standard mode.
    package var deployment: DeploymentConfig?

    package init(
        stackName: String,
        name: String,
        type: StackType,
        template: TemplateSource,
        parameters: [String: Parameter] = [:],
        capabilities: [String] = [],
        tags: [String: String] = [:],
        description: String? = nil,
        clientToken: String? = nil,
        deployment: DeploymentConfig? = nil
    ) {
        self.deployment = deployment
        self.stackName = stackName
        self.name = name
        self.type = type
        self.template = template
        self.parameters = parameters
        self.capabilities = capabilities
        self.tags = tags
        self.description = description
        self.clientToken = clientToken
    }
}

package struct CreatedChangeSet: Sendable, Equatable {
    package var id: String
    package var stackId: String
}
