import AWSCore

/// Plans what CloudFormation does to a stack, from the start of an operation to its end, failures included:
///
///     create ─▶ CREATE_COMPLETE            update ─▶ cleanup ─▶ UPDATE_COMPLETE
///        └fail─▶ rollback ─▶ ROLLBACK_*       └fail─▶ rollback ─▶ cleanup ─▶ UPDATE_ROLLBACK_*
struct ScriptedWork {
    /// Between the beginnings of two resources.
    let stagger: Duration
    var stack: ScriptedStack
    let token: String
    let duration: (_ logicalId: String) -> Duration
    /// Consumes a failure of the script.
    let failure: (_ phase: ScriptedFailure.Phase, _ logicalId: String) -> String?
    /// `OnStackFailure=DO_NOTHING`.
    let keepsFailures: Bool
    var now: Timestamp
    /// Resources as they will be when the work has come to where it is planned now.
    private var foreseen: [String: String]

    init(
        _ stack: ScriptedStack,
        token: String,
        now: Timestamp,
        stagger: Duration,
        keepsFailures: Bool,
        duration: @escaping (String) -> Duration,
        failure: @escaping (ScriptedFailure.Phase, String) -> String?
    ) {
        self.stack = stack
        self.token = token
        self.now = now
        self.stagger = stagger
        self.keepsFailures = keepsFailures
        self.duration = duration
        self.failure = failure
        foreseen = Dictionary(stack.resources.map { ($0.logicalId, $0.status) }, uniquingKeysWith: { $1 })
    }

    // MARK: Operations

    mutating func create(_ definition: ScriptedStack.Definition) {
        stack.definition = definition
        stackIs("CREATE_IN_PROGRESS", "User Initiated")
        let failed = perform("CREATE", .create, definition.logicalIds, cancelled: RecordedText.cancelledCreation)
        guard !failed.isEmpty else { return stackIs("CREATE_COMPLETE") }
        let reason = RecordedText.failed(failed, to: "create")
        if keepsFailures { return stackIs("CREATE_FAILED", reason) }
        stackIs("ROLLBACK_IN_PROGRESS", reason + "Rollback requested by user.")
        rollBackCreation()
    }

    mutating func update(to definition: ScriptedStack.Definition) {
        let old = stack.definition
        stack.previous = old
        stackIs("UPDATE_IN_PROGRESS", "User Initiated")
        let change = Difference(old, definition)
        stack.definition = definition
        var failed = perform("UPDATE", .update, change.modified, cancelled: RecordedText.cancelledUpdate)
        if failed.isEmpty {
            failed += perform("CREATE", .create, change.added, cancelled: RecordedText.cancelledCreation)
        }
        guard !failed.isEmpty else {
            stackIs("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            delete(change.removed)
            return stackIs("UPDATE_COMPLETE")
        }
        let reason = RecordedText.failed(failed, to: "update")
        if keepsFailures { return stackIs("UPDATE_FAILED", reason) }
        rollBackUpdate(reason)
    }

    /// RollbackStack, of a stack whose failures were kept.
    mutating func rollBack() {
        if stack.status == "CREATE_FAILED" {
            stackIs("ROLLBACK_IN_PROGRESS", "User Initiated")
            rollBackCreation()
        } else {
            rollBackUpdate("User Initiated")
        }
    }

    mutating func cancelUpdate() { rollBackUpdate("User Initiated") }

    mutating func continueRollback(skipping skipped: [String]) {
        stackIs("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        for id in skipped { resourceIs(id, "UPDATE_COMPLETE") }
        finishUpdateRollback(foreseen.filter { $0.value == "UPDATE_FAILED" }.keys.sorted())
    }

    mutating func delete(retaining retained: [String]) {
        stackIs("DELETE_IN_PROGRESS", "User Initiated")
        for id in retained { resourceIs(id, "DELETE_SKIPPED") }
        let failed = delete(present)
        stackIs(
            failed.isEmpty ? "DELETE_COMPLETE" : "DELETE_FAILED",
            failed.isEmpty ? nil : RecordedText.failed(failed, to: "delete")
        )
    }

    // MARK: Parts

    private mutating func rollBackCreation() {
        let failed = delete(present, as: .rollback)
        stackIs(
            failed.isEmpty ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED",
            failed.isEmpty ? nil : RecordedText.failed(failed, to: "delete")
        )
    }

    private mutating func rollBackUpdate(_ reason: String) {
        stackIs("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        let old = stack.previous ?? stack.definition
        let kept = Set(old.logicalIds)
        // What the update touched is what has another status than before, in the order of the template.
        let touched = foreseen.filter { kept.contains($0.key) && $0.value.hasPrefix("UPDATE_") }.keys.sorted()
        finishUpdateRollback(touched)
    }

    private mutating func finishUpdateRollback(_ ids: [String]) {
        let failed = perform("UPDATE", .rollback, ids, cancelled: nil)
        guard failed.isEmpty else {
            return stackIs("UPDATE_ROLLBACK_FAILED", RecordedText.failed(failed, to: "update"))
        }
        let old = stack.previous ?? stack.definition
        plan(.define(old))
        stackIs("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        let kept = Set(old.logicalIds)
        delete(present.filter { !kept.contains($0) })
        stackIs("UPDATE_ROLLBACK_COMPLETE")
    }

    /// Logical ids of what is there to be deleted, the last made first.
    private var present: [String] {
        let order = stack.resources.map(\.logicalId) + stack.definition.logicalIds
        var seen: Set<String> = []
        return order.filter { seen.insert($0).inserted }.reversed().filter {
            guard let status = foreseen[$0] else { return false }
            return status != "DELETE_COMPLETE" && status != "DELETE_SKIPPED"
        }
    }

    /// - Returns: what failed.
    @discardableResult
    private mutating func delete(_ ids: [String], as phase: ScriptedFailure.Phase = .delete) -> [String] {
        let retained = Set(ids.filter { isRetained($0) })
        for id in ids where retained.contains(id) { resourceIs(id, "DELETE_SKIPPED") }
        return perform("DELETE", phase, ids.filter { !retained.contains($0) }, cancelled: nil)
    }

    private func isRetained(_ id: String) -> Bool {
        if let resource = stack.resource(id) { return resource.isRetained }
        return stack.definition.resources.first { $0.id.text == id }?.isKept ?? false
    }

    /// Works at resources side by side.
    /// - Parameter cancelled: what the others say when one fails; `nil` lets them go on.
    /// - Returns: what failed by itself.
    private mutating func perform(
        _ verb: String,
        _ phase: ScriptedFailure.Phase,
        _ ids: [String],
        cancelled: String?
    ) -> [String] {
        let items = ids.enumerated().map { index, id in
            let start = now.advanced(by: stagger * index)
            return (id: id, start: start, end: start.advanced(by: duration(id)), reason: failure(phase, id))
        }
        let failures = items.filter { $0.reason != nil }
        let stop = cancelled == nil ? nil : failures.map(\.end).min()
        var last = now
        for item in items {
            if let stop, item.start > stop { continue }
            plan(.resource(item.id, "\(verb)_IN_PROGRESS", nil), at: item.start)
            if let stop, item.end > stop {
                plan(.resource(item.id, "\(verb)_FAILED", cancelled), at: stop)
                foreseen[item.id] = "\(verb)_FAILED"
                last = max(last, stop)
                continue
            }
            let status = "\(verb)_\(item.reason == nil ? "COMPLETE" : "FAILED")"
            plan(.resource(item.id, status, item.reason), at: item.end)
            foreseen[item.id] = status
            last = max(last, item.end)
        }
        now = last.advanced(by: stagger)
        return failures.filter { item in stop.map { item.end <= $0 } ?? true }.map(\.id)
    }

    private mutating func resourceIs(_ id: String, _ status: String) {
        plan(.resource(id, status, nil))
        foreseen[id] = status
    }

    private mutating func stackIs(_ status: String, _ reason: String? = nil) { plan(.stack(status, reason)) }

    private mutating func plan(_ change: ScriptedStack.Step.Change, at time: Timestamp? = nil) {
        stack.agenda.append(.init(time: time ?? now, change: change, token: token))
    }
}

extension ScriptedWork {
    /// What an update from one definition to another touches.
    struct Difference {
        var added: [String]
        var modified: [String]
        var removed: [String]

        init(_ old: ScriptedStack.Definition, _ new: ScriptedStack.Definition) {
            let before = Dictionary(old.resources.map { ($0.id.text, $0) }, uniquingKeysWith: { $1 })
            let after = new.resources
            let isSameCode = old.parameters == new.parameters
            added = new.logicalIds.filter { before[$0] == nil }
            modified = after.filter { resource in
                guard let was = before[resource.id.text] else { return false }
                return was != resource || (!isSameCode && resource.type == "AWS::Lambda::Function")
            }.map(\.id.text)
            let kept = Set(new.logicalIds)
            removed = old.logicalIds.filter { !kept.contains($0) }
        }
    }
}
