import Planning

/// A plan as JSON.
struct PlanDocument: Encodable {
    struct Summary: Encodable {
        var add: Int
        var change: Int
        var replace: Int
        var remove: Int
        var dataLoss: Int
        var widerPermissions: Int
    }
    struct Resource: Encodable {
        var action: String
        var logicalId: String
        var type: String
        var rank: String
        var reasons: [Reason]
        var properties: [Property]
    }
    struct Reason: Encodable {
        var kind: String
        var text: String
    }
    struct Property: Encodable {
        var path: String
        var before: String?
        var after: String?
        var replaces: Bool
    }
    struct Value: Encodable {
        var name: String
        var before: String?
        var after: String?
    }
    struct Package: Encodable {
        var handlersChanged: Bool?
        var prompt: [Hunk]?
        var rules: [Rule]
        var settings: [Property]
        var files: [String]
    }
    struct Rule: Encodable {
        var file: String
        var action: String
        var hunks: [Hunk]
    }
    struct Hunk: Encodable {
        struct Line: Encodable {
            var kind: String
            var text: String
        }
        var oldStart: Int
        var newStart: Int
        var lines: [Line]
    }

    var formatVersion = Plan.formatVersion
    var stack: String
    var status: String?
    var createsStack: Bool
    var isEmpty: Bool
    var summary: Summary
    var changes: [Resource]
    var parameters: [Value]
    var outputs: [Value]
    var package: Package?

    init(_ plan: Plan, stack: String, status: String?) {
        self.stack = stack
        self.status = status
        createsStack = plan.createsStack
        isEmpty = plan.isEmpty && !plan.createsStack
        let counts = plan.summary
        summary = Summary(
            add: counts.add,
            change: counts.change,
            replace: counts.replace,
            remove: counts.remove,
            dataLoss: counts.dataLoss,
            widerPermissions: counts.widerPermissions
        )
        changes = plan.changes.map { change in
            Resource(
                action: change.action.rawValue,
                logicalId: change.logicalId,
                type: change.type,
                rank: "\(change.rank)",
                reasons: change.reasons.map { Reason(kind: $0.kind.rawValue, text: $0.text) },
                properties: change.properties.map(Property.init)
            )
        }
        parameters = plan.parameters.map { Value(name: $0.name, before: $0.before, after: $0.after) }
        outputs = plan.outputs.map { Value(name: $0.name, before: $0.before, after: $0.after) }
        package = plan.package.map { package in
            Package(
                handlersChanged: package.handlersChanged,
                prompt: package.prompt.map { $0.hunks.map(Hunk.init) },
                rules: package.rules.map {
                    Rule(file: $0.file, action: $0.action.rawValue, hunks: $0.diff.hunks.map(Hunk.init))
                },
                settings: package.settings.map(Property.init),
                files: package.files
            )
        }
    }
}

extension PlanDocument.Property {
    init(_ change: PropertyChange) {
        self.init(path: change.path, before: change.before, after: change.after, replaces: change.replaces)
    }
}

extension PlanDocument.Hunk {
    init(_ hunk: TextDiff.Hunk) {
        self.init(
            oldStart: hunk.oldStart,
            newStart: hunk.newStart,
            lines: hunk.lines.map { Line(kind: $0.kind.rawValue, text: $0.text) }
        )
    }
}
