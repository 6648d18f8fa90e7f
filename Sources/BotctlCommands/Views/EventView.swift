import AWSCore
import Diagnostics
import HandlerBuild
import Operations
import Planning

/// An event for machines, as one line of JSON: stable names, a time, and a version that grows when a reader has to
/// change. docs/machine-output.md lists them.
struct EventView {
    static let formatVersion: Int64 = 1

    let event: OperationEvent
    let time: Timestamp

    var line: String { Self.line(name, time, fields) }

    static func line(_ name: String, _ time: Timestamp, _ fields: [String: JSONValue]) -> String {
        let head: [String: JSONValue] = [
            "formatVersion": .int(formatVersion), "event": .string(name), "time": .string(time.rfc3339),
        ]
        return String(decoding: JSONValue.object(fields.merging(head) { $1 }).encoded(), as: UTF8.self) + "\n"
    }

    private var name: String { form.name }
    private var fields: [String: JSONValue] { form.fields }

    private var form: (name: String, fields: [String: JSONValue]) {
        switch event {
        case .warnings(let diagnostics): ("warnings", ["diagnostics": .array(diagnostics.map(Self.json))])
        case .build(let event): Self.form(event)
        case .packaged(let sha256, let bytes, let unchanged):
            ("packaged", ["sha256": .string(sha256), "bytes": .int(Int64(bytes)), "unchanged": .bool(unchanged)])
        case .signedIn(let account, let caller, let region, let credentials):
            (
                "signedIn",
                [
                    "account": .string(account), "caller": .string(caller), "region": .string(region),
                    "credentials": .string(credentials),
                ]
            )
        case .creatingBucket(let name, let stack):
            ("creatingBucket", ["bucket": .string(name), "stack": .string(stack)])
        case .uploading(let bucket, let key, let bytes):
            ("uploading", ["bucket": .string(bucket), "key": .string(key), "bytes": .int(Int64(bytes))])
        case .artifactPresent(let key): ("artifactPresent", ["key": .string(key)])
        case .tokenKeyCreated(let parameter): ("tokenKeyCreated", ["parameter": .string(parameter)])
        case .detectingDrift(let stack): ("detectingDrift", ["stack": .string(stack)])
        case .creatingChangeSet(let stack, let name):
            ("creatingChangeSet", ["stack": .string(stack), "changeSet": .string(name)])
        case .planned(let plan): ("planned", ["plan": plan.json])
        case .watching(let stack, let work):
            ("watching", ["stack": .string(stack), "work": .string(work.rawValue)])
        case .resource(let event): ("resource", Self.fields(event))
        case .stillWatching(let seconds): ("stillWatching", ["seconds": .double(seconds)])
        case .estimate(let seconds, let runs):
            ("estimate", ["seconds": .double(seconds), "runs": .int(Int64(runs))])
        case .rollingBack(let stack): ("rollingBack", ["stack": .string(stack)])
        case .stopping(let stack, let step):
            ("stopping", ["stack": .string(stack)].merging(Self.fields(step)) { $1 })
        case .waiting(let stack, let why): ("waiting", ["stack": .string(stack), "why": .string(why)])
        case .stillWaiting(let seconds): ("stillWaiting", ["seconds": .double(seconds)])
        case .settled(let stack, let status, let seconds):
            (
                "settled",
                ["stack": .string(stack), "status": .string(status), "seconds": .double(seconds)]
            )
        case .swapping(let stack, let functions):
            ("swapping", ["stack": .string(stack), "functions": .int(Int64(functions))])
        case .smoking(let stack): ("smoking", ["stack": .string(stack)])
        case .removed(let kind, let name): ("removed", ["kind": .string(kind), "name": .string(name)])
        case .confirmSignIn(let url, let completeURL, let code):
            (
                "confirmSignIn",
                ["url": .string(url), "completeUrl": .string(completeURL), "code": .string(code)]
            )
        case .installing(let name, let step, let share):
            ("installing", ["name": .string(name), "step": .string(step), "share": .double(share)])
        case .installed(let name, let folder, let seconds):
            ("installed", ["name": .string(name), "folder": .string(folder), "seconds": .double(seconds)])
        case .note(let text): ("note", ["text": .string(text)])
        }
    }

    private static func form(_ event: BuildEvent) -> (name: String, fields: [String: JSONValue]) {
        switch event {
        case .started(let method, let architecture):
            (
                "buildStarted",
                ["method": .string(method), "architecture": .string(architecture.rawValue)]
            )
        case .output(let text): ("buildOutput", ["text": .string(text)])
        case .waiting: ("buildWaiting", [:])
        case .skipped(let reason): ("buildSkipped", ["reason": .string(reason)])
        case .finished(let seconds): ("buildFinished", ["seconds": .double(seconds)])
        }
    }

    private static func fields(_ event: ResourceEvent) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "logicalId": .string(event.logicalId), "type": .string(event.type), "status": .string(event.status),
            "at": .string(event.time.rfc3339),
        ]
        fields["reason"] = event.reason.map(JSONValue.string)
        return fields
    }

    private static func fields(_ step: StopStep) -> [String: JSONValue] {
        switch step {
        case .asked(let grace): ["step": "asked", "graceSeconds": .double(grace)]
        case .terminated: ["step": "terminated"]
        case .cancelling: ["step": "cancelling"]
        case .cancelRefused(let why): ["step": "cancelRefused", "why": .string(why)]
        }
    }

    private static func json(_ diagnostic: Diagnostic) -> JSONValue {
        var fields: [String: JSONValue] = [
            "severity": .string(diagnostic.severity.rawValue), "code": .string(diagnostic.code),
            "message": .string(diagnostic.message), "fix": .string(diagnostic.fix),
        ]
        if let range = diagnostic.range {
            fields["file"] = .string(range.file)
            fields["start"] = .object([
                "line": .int(Int64(range.start.line)), "column": .int(Int64(range.start.column)),
            ])
        }
        return .object(fields)
    }
}
