import AWSCore

/// The calls that change stacks, with the rules about who may when.
extension ScriptedCloudFormation {
    /// A live one by name, any by id.
    func find(_ form: [String: String]) -> ScriptedStack? {
        let name = form["StackName"] ?? ""
        return name.hasPrefix("arn:") ? stacks.first { $0.id == name } : stack(name)
    }

    func absent(_ form: [String: String]) -> HTTPResponse {
        failure(400, "ValidationError", "Stack with id \(form["StackName"] ?? "") does not exist")
    }

    private func refuse(_ text: String) -> HTTPResponse { failure(400, "ValidationError", text) }

    func deleteStack(_ form: [String: String]) -> HTTPResponse {
        // The deletion of what is not there is accepted.
        guard let stack = find(form), !stack.isDeleted else { return xml("DeleteStack", nil) }
        if stack.isProtected {
            return refuse("Stack [\(stack.name)] cannot be deleted while TerminationProtection is enabled")
        }
        let retained = list("RetainResources", form)
        if !retained.isEmpty, stack.status != "DELETE_FAILED" {
            return refuse("Invalid operation on stack [\(stack.id)]. \(RecordedText.retainTooEarly)")
        }
        if retained.contains(where: { stack.resource($0).map { $0.status == "DELETE_COMPLETE" } ?? true }) {
            return refuse(RecordedText.retainDeleted)
        }
        if ["STANDARD", "FORCE_DELETE_STACK"].contains(form["DeletionMode"] ?? "STANDARD") == false {
            return refuse("Value '\(form["DeletionMode"] ?? "")' at 'deletionMode' failed to satisfy constraint")
        }
        if stack.status == "DELETE_IN_PROGRESS" { return xml("DeleteStack", nil) }
        if stack.isAtWork, stack.status != "CREATE_IN_PROGRESS" {
            return refuse("Stack [\(stack.id)] cannot be deleted while in status \(stack.status)")
        }
        var kept = retained
        if form["DeletionMode"] == "FORCE_DELETE_STACK" {
            guard stack.status == "DELETE_FAILED" else {
                return refuse(
                    "Invalid operation on stack [\(stack.id)]. The deletion mode FORCE_DELETE_STACK can only be "
                        + "specified when the stack is in the DELETE_FAILED state."
                )
            }
            kept += stack.resources.filter { $0.status == "DELETE_FAILED" }.map(\.logicalId)
        }
        if let index = stacks.firstIndex(where: { $0.id == stack.id }) {
            stacks[index].changeSets = []
            stacks[index].agenda = []
        }
        begin(stack.id, token: form["ClientRequestToken"] ?? "") { $0.delete(retaining: kept) }
        return xml("DeleteStack", nil)
    }

    func continueUpdateRollback(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form), !stack.isDeleted else { return absent(form) }
        guard stack.status == "UPDATE_ROLLBACK_FAILED" else {
            return refuse(
                "Stack:\(stack.id) is in \(stack.status) state and can not be rolled back: "
                    + "ContinueUpdateRollback needs UPDATE_ROLLBACK_FAILED"
            )
        }
        let skipped = list("ResourcesToSkip", form)
        if let wrong = skipped.first(where: { stack.resource($0)?.status != "UPDATE_FAILED" }) {
            return refuse("Resource [\(wrong)] can not be skipped: it is not in the state UPDATE_FAILED")
        }
        begin(stack.id, token: form["ClientRequestToken"] ?? "") { $0.continueRollback(skipping: skipped) }
        return xml("ContinueUpdateRollback", "")
    }

    func rollbackStack(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form), !stack.isDeleted else { return absent(form) }
        guard stack.status == "CREATE_FAILED" || stack.status == "UPDATE_FAILED" else {
            return refuse("Stack:\(stack.id) is in \(stack.status) state and can not be rolled back.")
        }
        begin(stack.id, token: form["ClientRequestToken"] ?? "") { $0.rollBack() }
        return xml("RollbackStack", "<StackId>\(stack.id)</StackId>")
    }

    func cancelUpdateStack(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form), !stack.isDeleted else { return absent(form) }
        guard stack.status == "UPDATE_IN_PROGRESS" else {
            return refuse("CancelUpdateStack cannot be called from current stack status")
        }
        if let index = stacks.firstIndex(where: { $0.id == stack.id }) { stacks[index].agenda = [] }
        begin(stack.id, token: form["ClientRequestToken"] ?? "") { $0.cancelUpdate() }
        return xml("CancelUpdateStack", nil)
    }

    func updateTerminationProtection(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form), let index = stacks.firstIndex(where: { $0.id == stack.id }) else {
            return absent(form)
        }
        stacks[index].isProtected = form["EnableTerminationProtection"] == "true"
        return xml("UpdateTerminationProtection", "<StackId>\(stack.id)</StackId>")
    }

    // MARK: Reading

    func describeStacks(_ form: [String: String]) -> HTTPResponse {
        if form["StackName"] == nil {
            return page("DescribeStacks", "Stacks", stacks.filter { !$0.isDeleted }.map(\.xml), form)
        }
        guard let stack = find(form) else { return absent(form) }
        return xml("DescribeStacks", "<Stacks>\(stack.xml)</Stacks>")
    }

    func describeStackEvents(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form) else { return absent(form) }
        return page("DescribeStackEvents", "StackEvents", stack.events.reversed().map { $0.xml(stack) }, form)
    }

    func listStackResources(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form) else { return absent(form) }
        return page("ListStackResources", "StackResourceSummaries", stack.resources.map(\.summary), form)
    }

    /// Never paged: the first hundred.
    func describeStackResources(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form) else { return absent(form) }
        let members = stack.resources.prefix(100).map { $0.xml(stack) }
        return xml("DescribeStackResources", "<StackResources>\(members.joined())</StackResources>")
    }

    func getTemplate(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form) else { return absent(form) }
        return xml(
            "GetTemplate",
            "<TemplateBody>\(escaped(stack.definition.template))</TemplateBody>"
                + "<StagesAvailable><member>Original</member><member>Processed</member></StagesAvailable>"
        )
    }
}
