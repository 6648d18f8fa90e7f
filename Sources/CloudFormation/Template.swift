/// A CloudFormation template: a value tree with names for its parts. Nothing of a parsed template is lost,
/// also not the sections that this type has no name for.
package struct Template: Sendable, Equatable {
    /// The most that a request may carry as `TemplateBody`; a larger template goes through S3
    /// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
    package static let maximumInlineBytes = 51_200
    package static let maximumBytes = 1_000_000

    package private(set) var root: TemplateMap

    package init(description: String) {
        root = ["AWSTemplateFormatVersion": "2010-09-09", "Description": .string(description)]
    }

    init(root: TemplateMap) { self.root = root }

    package var description: String? { root["Description"]?.string }
    package var parameters: TemplateMap { section("Parameters") }
    package var outputs: TemplateMap { section("Outputs") }

    /// In the order of the template.
    package var resources: [Resource] { section("Resources").entries.compactMap(Resource.init) }

    package func resource(_ id: String) -> Resource? {
        section("Resources")[id].flatMap { Resource(TemplateMap.Entry(key: id, value: $0)) }
    }

    /// Pretty JSON: two spaces, keys in the template's order, a final newline.
    package func encoded() -> String {
        var writer = JSONWriter(.pretty)
        writer.write(root)
        writer.endLine()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The same without white space: what travels when the pretty form is over `maximumInlineBytes`.
    package func encodedCompact() -> String {
        var writer = JSONWriter(.compact)
        writer.write(root)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// - Throws: `TemplateError` with the place of the first fault.
    package static func parse(_ text: String) throws(TemplateError) -> Template {
        var reader = JSONReader(text)
        let template = Template(root: try reader.readTemplate())
        try template.validate()
        return template
    }

    private func section(_ name: String) -> TemplateMap { root[name]?.map ?? TemplateMap() }
}

extension Template {
    package mutating func addParameter(_ id: LogicalID, _ properties: TemplateMap) {
        add(id, .map(properties), to: "Parameters")
    }

    package mutating func add(_ resource: Resource) {
        var body: TemplateMap = ["Type": .string(resource.type)]
        for entry in resource.attributes.entries { body[entry.key] = entry.value }
        if !resource.properties.isEmpty { body["Properties"] = .map(resource.properties) }
        add(resource.id, .map(body), to: "Resources")
    }

    package mutating func addOutput(_ id: LogicalID, description: String, value: TemplateValue) {
        add(id, ["Description": .string(description), "Value": value], to: "Outputs")
    }

    private mutating func add(_ id: LogicalID, _ value: TemplateValue, to name: String) {
        var entries = section(name)
        precondition(entries[id.text] == nil, "\(name) has \(id) twice")
        entries[id.text] = value
        root[name] = .map(entries)
    }

    /// What the CreateChangeSet request must acknowledge, computed from the resources
    /// (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html).
    package var capabilities: [String] {
        var capabilities: [String] = []
        let identities = resources.filter { $0.type.hasPrefix("AWS::IAM::") }
        if identities.contains(where: \.namesIdentity) {
            capabilities.append("CAPABILITY_NAMED_IAM")
        } else if !identities.isEmpty {
            capabilities.append("CAPABILITY_IAM")
        }
        if root["Transform"] != nil { capabilities.append("CAPABILITY_AUTO_EXPAND") }
        return capabilities
    }
}

/// One resource of a template.
package struct Resource: Sendable, Equatable {
    package let id: LogicalID
    package let type: String
    /// `DependsOn`, `DeletionPolicy` and so on: all but `Type` and `Properties`.
    package var attributes: TemplateMap
    package var properties: TemplateMap

    package init(_ id: LogicalID, _ type: String, attributes: TemplateMap = [:], _ properties: TemplateMap) {
        self.id = id
        self.type = type
        self.attributes = attributes
        self.properties = properties
    }

    init?(_ entry: TemplateMap.Entry) {
        guard let id = LogicalID(entry.key), let body = entry.value.map, let type = body["Type"]?.string else {
            return nil
        }
        self.init(id, type, body["Properties"]?.map ?? [:])
        for entry in body.entries where entry.key != "Type" && entry.key != "Properties" {
            attributes[entry.key] = entry.value
        }
    }

    package var deletionPolicy: String? { attributes["DeletionPolicy"]?.string }

    /// Whether the template chooses the name of an IAM entity, which may then exist already.
    var namesIdentity: Bool {
        ["RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"].contains { key in
            // A policy attached to a user (AWS::IAM::Policy has `Users`) names no identity of its own.
            properties[key] != nil && !(key == "UserName" && type != "AWS::IAM::User")
        }
    }
}
