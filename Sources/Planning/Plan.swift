/// What a deploy would change, as a value: views and the JSON form are made from it.
package struct Plan: Sendable, Equatable {
    /// Of the JSON form; grows when a reader would have to change.
    package static let formatVersion = 2

    /// The stack does not exist yet.
    package var createsStack: Bool
    /// Most consequential first, by `Change.Rank`; then by logical id.
    package var changes: [Change]
    package var parameters: [ValueChange]
    package var outputs: [ValueChange]
    package var package: PackageChange?
    /// `nil` where CloudFormation has no part in it, or it is not decided.
    package var execution: Execution?

    package init(
        createsStack: Bool = false,
        changes: [Change] = [],
        parameters: [ValueChange] = [],
        outputs: [ValueChange] = [],
        package: PackageChange? = nil,
        execution: Execution? = nil
    ) {
        self.execution = execution
        self.createsStack = createsStack
        self.changes = changes
        self.parameters = parameters
        self.outputs = outputs
        self.package = package
    }

    /// Nothing to deploy.
    package var isEmpty: Bool {
        changes.isEmpty && parameters.isEmpty && outputs.isEmpty && package == nil
    }

    package var summary: Summary {
        var summary = Summary()
        for change in changes {
            switch change.action {
            case .add: summary.add += 1
            case .change: summary.change += 1
            case .replace: summary.replace += 1
            case .remove: summary.remove += 1
            }
            if change.rank == .dataLoss { summary.dataLoss += 1 }
            if change.reasons.contains(where: { $0.kind == .widerPermission }) { summary.widerPermissions += 1 }
            if change.reasons.contains(where: { $0.kind == .exposure }) { summary.exposed += 1 }
        }
        if package?.reasons.contains(where: { $0.kind == .exposure }) == true { summary.exposed += 1 }
        return summary
    }

    /// Counts of resources.
    package struct Summary: Sendable, Equatable {
        package var add = 0
        package var change = 0
        package var replace = 0
        package var remove = 0
        /// Of the above: how many lose data.
        package var dataLoss = 0
        /// Of the above: how many may do more than before.
        package var widerPermissions = 0
        /// How many open something to people who could not reach it, or take a protection away; the package
        /// counts as one.
        package var exposed = 0

        /// Whether somebody or something may do more once this is deployed.
        package var widens: Bool { widerPermissions > 0 || exposed > 0 }
    }
}

/// What happens to one resource.
package struct Change: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable { case add, change, replace, remove }

    /// By impact, gravest first.
    package enum Rank: Int, Sendable, CaseIterable, Comparable {
        case dataLoss, replacement, widerPermission, exposure, cost, other
        package static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    /// Why a reader should look twice.
    package struct Reason: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case dataLoss, replacement, widerPermission
            /// Opens something to people who could not reach it, or takes a protection away.
            case exposure
            /// Something new, or more of something, is paid for.
            case cost
            /// Refers to something that is replaced.
            case follows
            /// Leaves the stack, stays in the account.
            case kept
            case logsLost
        }
        package var kind: Kind
        /// One sentence without a full stop.
        package var text: String
        package init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }

    package var action: Action
    package var logicalId: String
    /// `AWS::DynamoDB::Table`
    package var type: String
    /// Empty for resources that are added or removed whole.
    package var properties: [PropertyChange]
    package var rank: Rank
    package var reasons: [Reason]

    package init(
        action: Action,
        logicalId: String,
        type: String,
        properties: [PropertyChange] = [],
        rank: Rank = .other,
        reasons: [Reason] = []
    ) {
        self.action = action
        self.logicalId = logicalId
        self.type = type
        self.properties = properties
        self.rank = rank
        self.reasons = reasons
    }
}

/// One value inside a resource.
package struct PropertyChange: Sendable, Equatable {
    /// `KeySchema[0].AttributeName`, from the resource's properties down; `DeletionPolicy` and such as they are.
    package var path: String
    /// Readable: `!Ref Table`, `!Sub …`, JSON for the rest. `nil` when absent.
    package var before: String?
    package var after: String?
    /// Changing this property replaces the resource.
    package var replaces: Bool

    package init(path: String, before: String?, after: String?, replaces: Bool = false) {
        self.path = path
        self.before = before
        self.after = after
        self.replaces = replaces
    }
}

/// A parameter or an output.
package struct ValueChange: Sendable, Equatable {
    package var name: String
    package var before: String?
    package var after: String?

    package init(name: String, before: String?, after: String?) {
        self.name = name
        self.before = before
        self.after = after
    }
}

/// What changed inside the Lambda package.
package struct PackageChange: Sendable, Equatable {
    /// The `bootstrap` executable differs. `nil` when the deployed package could not be read.
    package var handlersChanged: Bool?
    package var prompt: TextDiff?
    /// One per rules file that differs, by file name.
    package var rules: [RuleChange]
    /// Everything else in `bot.json`: `model.id`, `limits.messageChars`, …
    package var settings: [PropertyChange]
    /// Names of other files of the package that differ.
    package var files: [String]
    /// Why a reader should look twice, gravest first.
    package var reasons: [Change.Reason]

    package init(
        handlersChanged: Bool?,
        prompt: TextDiff? = nil,
        rules: [RuleChange] = [],
        settings: [PropertyChange] = [],
        files: [String] = [],
        reasons: [Change.Reason] = []
    ) {
        self.handlersChanged = handlersChanged
        self.prompt = prompt
        self.rules = rules
        self.settings = settings
        self.files = files
        self.reasons = reasons
    }

    package struct RuleChange: Sendable, Equatable {
        /// `rules/returns.md`
        package var file: String
        package var action: Change.Action
        package var diff: TextDiff
        package init(file: String, action: Change.Action, diff: TextDiff) {
            self.file = file
            self.action = action
            self.diff = diff
        }
    }
}

/// A unified diff of two texts, by lines.
package struct TextDiff: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        package enum Kind: String, Sendable { case context, added, removed }
        package var kind: Kind
        package var text: String
        package init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }
    /// Changed lines with the lines around them; line numbers count from 1.
    package struct Hunk: Sendable, Equatable {
        package var oldStart: Int
        package var newStart: Int
        package var lines: [Line]
        package init(oldStart: Int, newStart: Int, lines: [Line]) {
            self.oldStart = oldStart
            self.newStart = newStart
            self.lines = lines
        }
    }
    package var hunks: [Hunk]
    package init(hunks: [Hunk]) { self.hunks = hunks }

    package var added: Int { count(.added) }
    package var removed: Int { count(.removed) }

    private func count(_ kind: Line.Kind) -> Int {
        hunks.reduce(0) { $0 + $1.lines.count { $0.kind == kind } }
    }
}
