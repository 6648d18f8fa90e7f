/// One resource's change in a change set.
package struct ResourceChange: Sendable, Equatable {
    package var action: ChangeAction
    package var logicalId: String
    /// `nil` for a resource that does not exist yet.
    package var physicalId: String?
    package var type: String
    /// `nil` unless the resource is modified.
    package var replacement: Replacement?
    /// What happens to the old physical resource: `Delete`, `Retain`, `ReplaceAndDelete`, ….
    package var policyAction: String?
    /// `Properties`, `Tags`, `DeletionPolicy`, ….
    package var scope: [String]
    package var details: [ResourceChangeDetail]
    /// The resource's definition in JSON before and after, with property values where they were asked for.
    package var beforeContext: String?
    package var afterContext: String?

    init(_ element: XMLElement) {
        action = ChangeAction(word: element.string("Action") ?? "")
        logicalId = element.string("LogicalResourceId") ?? ""
        physicalId = element.string("PhysicalResourceId")
        type = element.string("ResourceType") ?? ""
        replacement = element.string("Replacement").map { Replacement(word: $0) }
        policyAction = element.string("PolicyAction")
        scope = element.members("Scope").map(\.text)
        details = element.members("Details").map(ResourceChangeDetail.init)
        beforeContext = element.string("BeforeContext")
        afterContext = element.string("AfterContext")
    }
}

/// What about a resource changes, and why.
package struct ResourceChangeDetail: Sendable, Equatable {
    /// `Properties`, `Tags`, `Metadata`, …; the property's name is apart.
    package var attribute: String
    package var name: String?
    /// JSON pointer into the resource's definition, where CloudFormation gives one.
    package var path: String?
    package var requiresRecreation: RequiresRecreation
    package var beforeValue: String?
    package var afterValue: String?
    /// `Add`, `Remove`, `Modify`.
    package var changeType: String?
    /// `Static`, or `Dynamic` where the new value is known only at execution.
    package var evaluation: String?
    /// `DirectModification`, `ParameterReference`, `ResourceReference`, `ResourceAttribute`, `Automatic`.
    package var source: String?
    /// The parameter or `Resource.Attribute` that makes it change.
    package var causingEntity: String?

    init(_ element: XMLElement) {
        let target = element.first("Target") ?? XMLElement(name: "Target")
        attribute = target.string("Attribute") ?? ""
        name = target.string("Name")
        path = target.string("Path")
        requiresRecreation = RequiresRecreation(word: target.string("RequiresRecreation") ?? "Never")
        beforeValue = target.string("BeforeValue")
        afterValue = target.string("AfterValue")
        changeType = target.string("AttributeChangeType")
        evaluation = element.string("Evaluation")
        source = element.string("ChangeSource")
        causingEntity = element.string("CausingEntity")
    }
}

package enum ChangeAction: ServiceWord {
    case add, modify, remove, `import`, dynamic, syncWithActual
    case unknown(String)

    package static let words: [(word: String, value: ChangeAction)] = [
        ("Add", .add),
        ("Modify", .modify),
        ("Remove", .remove),
        ("Import", .import),
        ("Dynamic", .dynamic),
        ("SyncWithActual", .syncWithActual),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }
}

/// Whether a modified resource is replaced by a new one.
package enum Replacement: ServiceWord {
    case always, never, conditional
    case unknown(String)

    package static let words: [(word: String, value: Replacement)] = [
        ("True", .always),
        ("False", .never),
        ("Conditional", .conditional),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }
}

package enum RequiresRecreation: ServiceWord {
    case never, conditionally, always
    case unknown(String)

    package static let words: [(word: String, value: RequiresRecreation)] = [
        ("Never", .never),
        ("Conditionally", .conditionally),
        ("Always", .always),
    ]

    package var unknownWord: String? {
        if case .unknown(let word) = self { word } else { nil }
    }
}
