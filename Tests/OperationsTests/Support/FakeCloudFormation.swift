import AWSCore

extension FakeAWS {
    func cloudFormation(_ action: String, _ form: [String: String]) -> HTTPResponse {
        let name = stackName(form["StackName"] ?? "")
        if action == "DescribeStacks", form["StackName"] == nil {
            let members = stacks.map { "<member>\(describe($0.key, $0.value))</member>" }
            return xml(action, "<Stacks>\(members.joined())</Stacks>")
        }
        switch action {
        case "DescribeStacks":
            look(at: name)
            guard let stack = stacks[name] else { return absent(name) }
            return xml(action, "<Stacks><member>\(describe(name, stack))</member></Stacks>")
        case "GetTemplate":
            guard let stack = stacks[name] else { return absent(name) }
            return xml(action, "<TemplateBody>\(escaped(stack.template))</TemplateBody>")
        case "DescribeStackEvents":
            guard let stack = stacks[name] else { return absent(name) }
            return xml(action, "<StackEvents>\(stack.events.reversed().joined())</StackEvents>")
        case "ListStackResources": return xml(action, "<StackResourceSummaries>\(resources)</StackResourceSummaries>")
        case "ListChangeSets":
            guard let stack = stacks[name] else { return absent(name) }
            let members = stack.changeSets.map {
                "<member><ChangeSetId>\($0.id)</ChangeSetId><ChangeSetName>\($0.name)</ChangeSetName>"
                    + "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>"
                    + "<Description>\($0.description)</Description><CreationTime>\($0.created)</CreationTime></member>"
            }
            return xml(action, "<Summaries>\(members.joined())</Summaries>")
        case "CreateChangeSet": return createChangeSet(name, form)
        case "DescribeChangeSet": return describeChangeSet(form)
        case "ExecuteChangeSet": return executeChangeSet(form)
        case "DeleteChangeSet":
            let wanted = form["ChangeSetName"] ?? ""
            for key in stacks.keys { stacks[key]?.changeSets.removeAll { $0.id == wanted || $0.name == wanted } }
            return xml(action, "")
        case "DeleteStack":
            guard var stack = stacks[name] else { return xml(action, "") }
            deployments.append(deployment(form))
            begin(&stack, name, "DELETE_IN_PROGRESS", form["ClientRequestToken"] ?? "")
            stack.pending = (ticks, nil)
            if stack.status == "REVIEW_IN_PROGRESS" {
                stacks[name] = nil
            } else {
                stack.status = "DELETE_IN_PROGRESS"
                stacks[name] = stack
            }
            return xml(action, "")
        case "DetectStackDrift":
            guard stacks[name] != nil else { return absent(name) }
            return xml(action, "<StackDriftDetectionId>d1</StackDriftDetectionId>")
        case "DescribeStackDriftDetectionStatus":
            drift.looks -= 1
            let status = drift.looks > 0 ? "DETECTION_IN_PROGRESS" : drift.status
            return xml(action, "<DetectionStatus>\(status)</DetectionStatus>")
        case "DescribeStackResourceDrifts":
            return xml(action, "<StackResourceDrifts>\(drift.resources)</StackResourceDrifts>")
        case "UpdateTerminationProtection":
            stacks[name]?.isProtected = form["EnableTerminationProtection"] == "true"
            return xml(action, "")
        case "CancelUpdateStack":
            guard stacks[name]?.status == "UPDATE_IN_PROGRESS" else {
                let text = "CancelUpdateStack cannot be called from current stack status"
                return error("cloudformation", 400, "ValidationError", text)
            }
            stacks[name]?.status = "UPDATE_ROLLBACK_IN_PROGRESS"
            stacks[name]?.pending = (ticks, "UPDATE_ROLLBACK_COMPLETE")
            return xml(action, "")
        case "ContinueUpdateRollback", "RollbackStack":
            if action == "RollbackStack" { deployments.append(deployment(form)) }
            stacks[name]?.status = "UPDATE_ROLLBACK_IN_PROGRESS"
            stacks[name]?.pending = (ticks, "UPDATE_ROLLBACK_COMPLETE")
            return xml(action, "")
        default: return error("cloudformation", 400, "InvalidAction", action)
        }
    }

    /// Lets a stack's work come one look nearer to its end.
    private func look(at name: String) {
        guard var stack = stacks[name], let pending = stack.pending else { return }
        if pending.looks > 1 {
            stack.pending = (pending.looks - 1, pending.status)
            stacks[name] = stack
            return
        }
        stack.pending = nil
        if let status = pending.status {
            stack.status = status
            stacks[name] = stack
            if name == "botctl-bootstrap" { buckets["botctl-artifacts-\(account)-us-east-2"] = [:] }
        } else {
            stacks[name] = nil
        }
    }

    private func createChangeSet(_ name: String, _ form: [String: String]) -> HTTPResponse {
        if let words = refusesDeploymentConfig, !deployment(form).isEmpty {
            return error("cloudformation", 400, "ValidationError", words)
        }
        let isCreate = form["ChangeSetType"] == "CREATE"
        if let status = stacks[name]?.status, isCreate != (status == "REVIEW_IN_PROGRESS") {
            return error("cloudformation", 400, "ValidationError", "Stack \(name) is in \(status)")
        }
        if !isCreate, stacks[name] == nil { return absent(name) }
        var stack = stacks[name] ?? Stack(id: "arn:stack/\(name)/\(nextId())", status: "REVIEW_IN_PROGRESS")
        var set = ChangeSet(
            name: form["ChangeSetName"] ?? "",
            id: "arn:changeSet/\(form["ChangeSetName"] ?? "")/\(nextId())",
            isCreate: isCreate,
            template: form["TemplateBody"] ?? "",
            parameters: pairs(form, "Parameters", "ParameterKey", "ParameterValue"),
            tags: pairs(form, "Tags", "Key", "Value"),
            isEmpty: false
        )
        set.isEmpty = !isCreate && set.template == stack.template && set.parameters == stack.parameters
        set.description = form["Description"] ?? ""
        set.mode = form["DeploymentConfig.Mode"] ?? "STANDARD"
        deployments.append(deployment(form))
        if !losesChangeSets { stack.changeSets.append(set) }
        stacks[name] = stack
        return xml("CreateChangeSet", "<Id>\(set.id)</Id><StackId>\(stack.id)</StackId>")
    }

    private func deployment(_ form: [String: String]) -> String {
        (form["DeploymentConfig.Mode"] ?? "")
            + (form["DeploymentConfig.DisableRollback"] == "true" ? " without rollback" : "")
    }

    private func find(_ wanted: String) -> (stack: String, set: ChangeSet)? {
        for (name, stack) in stacks {
            if let set = stack.changeSets.first(where: { $0.id == wanted || $0.name == wanted }) { return (name, set) }
        }
        return nil
    }

    private func describeChangeSet(_ form: [String: String]) -> HTTPResponse {
        guard let (name, set) = find(form["ChangeSetName"] ?? "") else {
            return error("cloudformation", 404, "ChangeSetNotFound", "none")
        }
        let outcome =
            set.isEmpty
            ? "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes.</StatusReason>"
            : "<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>"
        return xml(
            "DescribeChangeSet",
            "<ChangeSetId>\(set.id)</ChangeSetId><ChangeSetName>\(set.name)</ChangeSetName>"
                + "<StackId>\(stacks[name]?.id ?? "")</StackId><StackName>\(name)</StackName>\(outcome)"
                + "<Description>\(set.description)</Description><Changes>\(verdicts)</Changes>"
        )
    }

    private func executeChangeSet(_ form: [String: String]) -> HTTPResponse {
        guard let (name, set) = find(form["ChangeSetName"] ?? ""), var stack = stacks[name] else {
            return error("cloudformation", 404, "ChangeSetNotFound", "none")
        }
        let token = form["ClientRequestToken"] ?? ""
        let verb = set.isCreate ? "CREATE" : "UPDATE"
        begin(&stack, name, "\(verb)_IN_PROGRESS", token)
        stack.status = "\(verb)_IN_PROGRESS"
        stack.changeSets = []
        stack.changeSetId = set.id
        stack.mode = set.mode
        if let failure {
            add(&stack, "Other", "AWS::IAM::Role", "\(verb)_FAILED", "Resource creation cancelled", token)
            add(&stack, failure.logicalId, failure.type, "\(verb)_FAILED", failure.reason, token)
            stack.pending = (ticks, set.isCreate ? "ROLLBACK_COMPLETE" : "UPDATE_ROLLBACK_COMPLETE")
            self.failure = nil
        } else {
            add(&stack, "Api", "AWS::ApiGatewayV2::Api", "\(verb)_IN_PROGRESS", nil, token)
            add(&stack, "Api", "AWS::ApiGatewayV2::Api", "\(verb)_COMPLETE", nil, token)
            giveCode(from: stack, to: set)
            (stack.template, stack.parameters, stack.tags) = (set.template, set.parameters, set.tags)
            stack.pending = (ticks, "\(verb)_COMPLETE")
        }
        stacks[name] = stack
        return xml("ExecuteChangeSet", "")
    }

    private func begin(_ stack: inout Stack, _ name: String, _ status: String, _ token: String) {
        let id = stack.id
        add(&stack, name, "AWS::CloudFormation::Stack", status, nil, token, physicalId: id)
    }

    private func add(
        _ stack: inout Stack,
        _ logicalId: String,
        _ type: String,
        _ status: String,
        _ reason: String?,
        _ token: String,
        physicalId: String = "id"
    ) {
        let why = reason.map { "<ResourceStatusReason>\(escaped($0))</ResourceStatusReason>" } ?? ""
        stack.events.append(
            "<member><EventId>e\(nextId())</EventId><StackId>\(stack.id)</StackId>"
                + "<LogicalResourceId>\(logicalId)</LogicalResourceId><PhysicalResourceId>\(physicalId)"
                + "</PhysicalResourceId><ResourceType>\(type)</ResourceType><ResourceStatus>\(status)</ResourceStatus>"
                + "\(why)<ClientRequestToken>\(token)</ClientRequestToken>"
                + "<Timestamp>2026-01-01T00:00:00Z</Timestamp></member>"
        )
    }

    private func describe(_ name: String, _ stack: Stack) -> String {
        let parameters = stack.parameters.map {
            "<member><ParameterKey>\($0.key)</ParameterKey><ParameterValue>\($0.value)</ParameterValue></member>"
        }
        let tags = stack.tags.map { "<member><Key>\($0.key)</Key><Value>\($0.value)</Value></member>" }
        let own = outputs.filter { stack.template.contains("\"\($0.key)\"") }.map { ($0.key, $0.value) }
        let outputs = ([("ApiId", "api1"), ("StageName", "dev"), ("TableName", "\(name)-Table-1")] + own).map {
            "<member><OutputKey>\($0.0)</OutputKey><OutputValue>\($0.1)</OutputValue></member>"
        }
        return "<StackId>\(stack.id)</StackId><StackName>\(name)</StackName><StackStatus>\(stack.status)</StackStatus>"
            + "<Parameters>\(parameters.joined())</Parameters><Tags>\(tags.joined())</Tags>"
            + "<Outputs>\(outputs.joined())</Outputs><ChangeSetId>\(stack.changeSetId)</ChangeSetId>"
            + "<DeploymentConfig><Mode>\(stack.mode)</Mode></DeploymentConfig>"
            + "<EnableTerminationProtection>\(stack.isProtected)</EnableTerminationProtection>"
    }

    private func stackName(_ text: String) -> String {
        guard text.hasPrefix("arn:stack/") else { return text }
        return String(text.split(separator: "/")[1])
    }

    private func absent(_ name: String) -> HTTPResponse {
        error("cloudformation", 400, "ValidationError", "Stack with id \(name) does not exist")
    }

    private func pairs(_ form: [String: String], _ list: String, _ key: String, _ value: String) -> [String: String] {
        var result: [String: String] = [:]
        var index = 1
        while let name = form["\(list).member.\(index).\(key)"] {
            result[name] = form["\(list).member.\(index).\(value)"]
            index += 1
        }
        return result
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
