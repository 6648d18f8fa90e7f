import AWSCore
import CloudFormation

/// CloudFormation as a script: it speaks the real query protocol, holds its operators to the real rules, and takes
/// its time, which is the injected clock's. A stack's work is planned when it begins and happens as the clock gets
/// there, so that every state in between can be seen.
final class ScriptedCloudFormation {
    /// What a resource's end means for the rest of the account.
    typealias Account = (_ stack: ScriptedStack, _ resource: ScriptedStack.Resource) -> Void

    let clock: any WallClock
    /// The deleted ones too, which only their ids find.
    var stacks: [ScriptedStack] = []
    var failures: [ScriptedFailure] = []
    /// How long a resource takes, where it is not one of `durations`.
    var duration = Duration.seconds(20)
    var durations: [String: Duration] = [:]
    /// Between the beginnings of two resources.
    var stagger = Duration.seconds(1)
    /// How long it takes until a new change set is seen, and until it is computed.
    var changeSetDelay = (visible: Duration.milliseconds(300), ready: Duration.seconds(4))
    /// Of every list.
    var pageSize = 7
    /// Whether the failures of the next operations are kept instead of rolled back.
    var keepsFailures = false
    /// What the call of that number, from 0, meets.
    var fault: (_ index: Int, _ action: String) -> ScriptedFault? = { _, _ in nil }
    var account: Account = { _, _ in }
    /// Templates that are too long for a request, by URL.
    var template: (_ url: String) -> String? = { _ in nil }
    /// Every call that came, with what was answered.
    private(set) var calls: [(action: String, form: [String: String], answer: HTTPResponse)] = []
    /// By client token: the call that came with it first, and its answer.
    var tokens: [String: (action: String, form: [String: String], answer: HTTPResponse)] = [:]
    /// They can be looked at by id as long as anybody remembers it.
    var executed: [String: ScriptedStack.ChangeSet] = [:]
    private var count = 0

    init(clock: any WallClock) { self.clock = clock }

    /// Goes on from where another one is.
    func copy(_ other: ScriptedCloudFormation) {
        (stacks, failures, tokens, executed, count) = (
            other.stacks, other.failures, other.tokens, other.executed, other.count
        )
        (duration, durations, stagger, changeSetDelay) = (
            other.duration, other.durations, other.stagger, other.changeSetDelay
        )
    }

    func stack(_ name: String) -> ScriptedStack? { stacks.last { $0.name == name && !$0.isDeleted } }

    func nextId() -> Int {
        count += 1
        return count
    }

    // MARK: Time

    /// Lets happen what is due.
    func advance() {
        let now = clock.now()
        for index in stacks.indices {
            while let step = stacks[index].agenda.first, step.time <= now {
                stacks[index].agenda.removeFirst()
                perform(step, at: index)
            }
        }
    }

    private func perform(_ step: ScriptedStack.Step, at index: Int) {
        switch step.change {
        case .define(let definition): stacks[index].definition = definition
        case .stack(let status, let reason):
            stacks[index].status = status
            stacks[index].reason = reason
            if status == "UPDATE_IN_PROGRESS" { stacks[index].updated = step.time }
            let stack = stacks[index]
            tell(index, stack.name, stack.id, "AWS::CloudFormation::Stack", status, reason, step)
        case .resource(let id, let status, let reason): change(id, status, reason, step, at: index)
        }
    }

    private func change(
        _ id: String,
        _ status: String,
        _ reason: String?,
        _ step: ScriptedStack.Step,
        at index: Int
    ) {
        let made = stacks[index].definition.resources.first { $0.id.text == id }
        if stacks[index].resource(id) == nil, let made {
            stacks[index].resources.append(
                .init(logicalId: id, type: made.type, status: status, changed: step.time, isRetained: made.isKept)
            )
        }
        guard let place = stacks[index].resources.firstIndex(where: { $0.logicalId == id }) else { return }
        stacks[index].resources[place].status = status
        stacks[index].resources[place].reason = reason
        stacks[index].resources[place].changed = step.time
        if status == "CREATE_COMPLETE" {
            stacks[index].resources[place].physicalId = "\(stacks[index].name)-\(id)-\(nextId())"
        }
        let (stack, resource) = (stacks[index], stacks[index].resources[place])
        account(stack, resource)
        tell(index, id, resource.physicalId, resource.type, status, reason, step)
    }

    private func tell(
        _ index: Int,
        _ logicalId: String,
        _ physicalId: String,
        _ type: String,
        _ status: String,
        _ reason: String?,
        _ step: ScriptedStack.Step
    ) {
        stacks[index].events.append(
            .init(
                id: "\(logicalId)-\(status)-\(nextId())",
                logicalId: logicalId,
                physicalId: physicalId,
                type: type,
                status: status,
                reason: reason,
                time: step.time,
                token: step.token
            )
        )
    }

    /// Begins work on a stack, by whoever's call.
    func begin(_ id: String, token: String, _ plan: (inout ScriptedWork) -> Void) {
        guard let index = stacks.firstIndex(where: { $0.id == id }) else { return }
        var work = ScriptedWork(
            stacks[index],
            token: token,
            now: clock.now(),
            stagger: stagger,
            keepsFailures: keepsFailures,
            duration: { [self] in durations[$0] ?? duration },
            failure: { [self] in take($0, $1) }
        )
        plan(&work)
        // A stable sort: what happens at one time happens in the order in which it was planned.
        work.stack.agenda = work.stack.agenda.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
        stacks[index] = work.stack
        advance()
    }

    private func take(_ phase: ScriptedFailure.Phase, _ id: String) -> String? {
        guard let index = failures.firstIndex(where: { $0.phase == phase && $0.logicalId == id && $0.times != 0 })
        else { return nil }
        failures[index].times? -= 1
        return failures[index].reason
    }

    /// Somebody else's work: the stack is in a state, and after a while in another.
    func play(_ name: String, _ states: [(after: Duration, status: String)]) {
        guard let index = stacks.lastIndex(where: { $0.name == name }) else { return }
        let now = clock.now()
        stacks[index].agenda = states.map {
            .init(time: now.advanced(by: $0.after), change: .stack($0.status, nil), token: "somebody-else")
        }
        advance()
    }

    /// A stack's resource is as an earlier operation left it.
    func leave(_ logicalId: String, of name: String, in status: String, because reason: String) {
        guard let index = stacks.lastIndex(where: { $0.name == name }) else { return }
        stacks[index].agenda.append(.init(time: clock.now(), change: .resource(logicalId, status, reason)))
        advance()
    }

    // MARK: Calls

    func answer(_ action: String, _ form: [String: String]) -> HTTPResponse {
        advance()
        let fault = fault(calls.count, action)
        let answer: HTTPResponse
        switch fault {
        case .throttled: answer = failure(400, "Throttling", "Rate exceeded")
        case .unavailable: answer = failure(503, "ServiceUnavailable", "Service Unavailable", "Receiver")
        case .lostAnswer:
            _ = once(action, form)
            answer = failure(500, "InternalFailure", "An internal error has occurred", "Receiver")
        case nil: answer = once(action, form)
        }
        calls.append((action, form, answer))
        return answer
    }

    /// The same token with the same call is the same call; with another one it is taken.
    private func once(_ action: String, _ form: [String: String]) -> HTTPResponse {
        // The tokens of change sets are others than those of operations.
        let field = form["ClientToken"] == nil ? "ClientRequestToken" : "ClientToken"
        guard let token = form[field] else { return perform(action, form) }
        if let known = tokens["\(field) \(token)"] {
            guard known.action == action, known.form == form else {
                return failure(400, "TokenAlreadyExistsException", "Token \(token) already exists")
            }
            return known.answer
        }
        let answer = perform(action, form)
        if answer.status == 200 { tokens["\(field) \(token)"] = (action, form, answer) }
        return answer
    }

    private func perform(_ action: String, _ form: [String: String]) -> HTTPResponse {
        switch action {
        case "DescribeStacks": describeStacks(form)
        case "DescribeStackEvents": describeStackEvents(form)
        case "ListStackResources": listStackResources(form)
        case "DescribeStackResources": describeStackResources(form)
        case "GetTemplate": getTemplate(form)
        case "CreateChangeSet": createChangeSet(form)
        case "DescribeChangeSet": describeChangeSet(form)
        case "ListChangeSets": listChangeSets(form)
        case "ExecuteChangeSet": executeChangeSet(form)
        case "DeleteChangeSet": deleteChangeSet(form)
        case "DeleteStack": deleteStack(form)
        case "ContinueUpdateRollback": continueUpdateRollback(form)
        case "RollbackStack": rollbackStack(form)
        case "CancelUpdateStack": cancelUpdateStack(form)
        case "UpdateTerminationProtection": updateTerminationProtection(form)
        default: failure(400, "InvalidAction", "Could not find operation \(action) for version 2010-05-15")
        }
    }
}
