import AWSCore

/// The calls about change sets.
extension ScriptedCloudFormation {
    private typealias Place = (stack: Int, set: Int)

    /// By id, or by name with the stack's.
    private func place(_ form: [String: String]) -> Place? {
        let wanted = form["ChangeSetName"] ?? ""
        let now = clock.now()
        for (index, stack) in stacks.enumerated() where !stack.isDeleted {
            let isMeant = form["StackName"].map { $0 == stack.name || $0 == stack.id }
            if let set = stack.changeSets.firstIndex(where: {
                ($0.id == wanted || ($0.name == wanted && isMeant == true)) && $0.visible <= now
            }) {
                return (index, set)
            }
        }
        return nil
    }

    private func notFound(_ form: [String: String]) -> HTTPResponse {
        failure(404, "ChangeSetNotFound", "ChangeSet [\(form["ChangeSetName"] ?? "")] does not exist")
    }

    func createChangeSet(_ form: [String: String]) -> HTTPResponse {
        let isCreate = form["ChangeSetType"] == "CREATE"
        let name = form["StackName"] ?? ""
        var existing = find(form)
        if isCreate, existing == nil {
            existing = ScriptedStack(
                id: "arn:aws:cloudformation:us-east-2:111122223333:stack/\(name)/\(nextId())",
                name: name,
                status: "REVIEW_IN_PROGRESS",
                created: clock.now()
            )
            existing.map { stacks.append($0) }
            advanceInto(existing?.id ?? "", "REVIEW_IN_PROGRESS")
        }
        guard let stack = existing else {
            return failure(400, "ValidationError", "Stack [\(name)] does not exist")
        }
        if isCreate, stack.status != "REVIEW_IN_PROGRESS" {
            return failure(
                400,
                "ValidationError",
                "Stack [\(name)] already exists and cannot be created again with the changeSet [\(form["ChangeSetName"] ?? "")]."
            )
        }
        if !isCreate, !Self.updatable.contains(stack.status) {
            return failure(
                400,
                "ValidationError",
                "Stack:\(stack.id) is in \(stack.status) state and can not be updated."
            )
        }
        guard let text = form["TemplateBody"] ?? form["TemplateURL"].flatMap(template) else {
            return failure(400, "ValidationError", "TemplateURL must be a supported URL.")
        }
        if stack.changeSets.contains(where: { $0.name == form["ChangeSetName"] }) {
            return failure(
                400,
                "AlreadyExistsException",
                "ChangeSet \(form["ChangeSetName"] ?? "") already exists for stack \(stack.id)"
            )
        }
        let definition = ScriptedStack.Definition(
            template: text,
            parameters: pairs(form, "Parameters", "ParameterKey", "ParameterValue"),
            tags: pairs(form, "Tags", "Key", "Value")
        )
        let set = make(form, definition, of: stack, isCreate: isCreate)
        if let index = stacks.firstIndex(where: { $0.id == stack.id }) { stacks[index].changeSets.append(set) }
        return xml("CreateChangeSet", "<Id>\(set.id)</Id><StackId>\(stack.id)</StackId>")
    }

    private static let updatable: Set<String> = [
        "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    ]

    /// The first event of a stack is its own.
    private func advanceInto(_ id: String, _ status: String) {
        guard let index = stacks.firstIndex(where: { $0.id == id }) else { return }
        stacks[index].agenda.append(.init(time: clock.now(), change: .stack(status, "User Initiated")))
        advance()
    }

    private func make(
        _ form: [String: String],
        _ definition: ScriptedStack.Definition,
        of stack: ScriptedStack,
        isCreate: Bool
    ) -> ScriptedStack.ChangeSet {
        let now = clock.now()
        let name = form["ChangeSetName"] ?? ""
        let difference = ScriptedWork.Difference(stack.definition, definition)
        let types = Dictionary(
            (stack.definition.resources + definition.resources).map { ($0.id.text, $0.type) },
            uniquingKeysWith: { $1 }
        )
        func changes(_ action: String, _ ids: [String]) -> [(action: String, logicalId: String, type: String)] {
            ids.map { (action, $0, types[$0] ?? "") }
        }
        return ScriptedStack.ChangeSet(
            id: "arn:aws:cloudformation:us-east-2:111122223333:changeSet/\(name)/\(nextId())",
            name: name,
            isCreate: isCreate,
            definition: definition,
            description: form["Description"] ?? "",
            created: now,
            visible: now.advanced(by: changeSetDelay.visible),
            ready: now.advanced(by: changeSetDelay.ready),
            isEmpty: !isCreate && definition == stack.definition,
            changes: changes("Add", difference.added) + changes("Modify", difference.modified)
                + changes("Remove", difference.removed)
        )
    }

    func describeChangeSet(_ form: [String: String]) -> HTTPResponse {
        guard let place = place(form) else {
            guard let set = executed[form["ChangeSetName"] ?? ""],
                let stack = stacks.first(where: {
                    $0.changeSetId == set.id
                })
            else { return notFound(form) }
            return xml("DescribeChangeSet", set.xml(stack, now: clock.now()) + "<Changes/>")
        }
        let stack = stacks[place.stack]
        let set = stack.changeSets[place.set]
        let changes = set.ready <= clock.now() ? set.changes : []
        return page(
            "DescribeChangeSet",
            "Changes",
            changes.map { change in
                let replacement = change.action == "Modify" ? "<Replacement>False</Replacement>" : ""
                return "<member><Type>Resource</Type><ResourceChange><Action>\(change.action)</Action>"
                    + "<LogicalResourceId>\(change.logicalId)</LogicalResourceId>"
                    + "<ResourceType>\(change.type)</ResourceType>\(replacement)<Scope/><Details/>"
                    + "</ResourceChange></member>"
            },
            form,
            around: set.xml(stack, now: clock.now())
        )
    }

    func listChangeSets(_ form: [String: String]) -> HTTPResponse {
        guard let stack = find(form), !stack.isDeleted else { return absent(form) }
        let now = clock.now()
        let sets = stack.changeSets.filter { $0.visible <= now }
        return page("ListChangeSets", "Summaries", sets.map { "<member>\($0.xml(stack, now: now))</member>" }, form)
    }

    func executeChangeSet(_ form: [String: String]) -> HTTPResponse {
        guard let place = place(form) else { return notFound(form) }
        let stack = stacks[place.stack]
        let set = stack.changeSets[place.set]
        let now = clock.now()
        let status = set.status(now)
        guard status.execution == "AVAILABLE" else {
            return failure(
                400,
                "InvalidChangeSetStatus",
                "ChangeSet [\(set.id)] cannot be executed in its current status of [\(status.status)]"
            )
        }
        guard !stack.isAtWork else {
            return failure(
                400,
                "ValidationError",
                "Stack:\(stack.id) is in \(stack.status) state and can not be updated."
            )
        }
        // The change sets besides it are of a stack that is no more.
        stacks[place.stack].changeSets = []
        stacks[place.stack].changeSetId = set.id
        executed[set.id] = set
        begin(stack.id, token: form["ClientRequestToken"] ?? "") { work in
            if set.isCreate { work.create(set.definition) } else { work.update(to: set.definition) }
        }
        return xml("ExecuteChangeSet", "")
    }

    func deleteChangeSet(_ form: [String: String]) -> HTTPResponse {
        guard let place = place(form) else { return notFound(form) }
        stacks[place.stack].changeSets.remove(at: place.set)
        return xml("DeleteChangeSet", "")
    }
}

extension ScriptedStack.ChangeSet {
    func status(_ now: Timestamp) -> (status: String, execution: String) {
        if now < ready { return ("CREATE_IN_PROGRESS", "UNAVAILABLE") }
        return isEmpty ? ("FAILED", "UNAVAILABLE") : ("CREATE_COMPLETE", "AVAILABLE")
    }
}
