import AWSCore
import BotContract
import JSONSchema

/// The spec's tools, read once: what the model is told of them, how their input is checked, and where they are.
final class ToolCatalog {
    struct Entry {
        var tool: BotConfiguration.Tool
        var schema: Schema
        var target: any ToolTarget
    }

    /// What Converse takes as `toolConfig.tools`.
    let specs: [JSONValue]
    private let entries: [String: Entry]

    init(_ context: BotContext) throws(InitError) {
        var specs: [JSONValue] = []
        var entries: [String: Entry] = [:]
        for tool in context.configuration.tools {
            let json = try? JSONValue.parse(Array(tool.inputSchema.utf8))
            let schema: Schema
            do throws(SchemaError) {
                schema = try Schema(json ?? .null)
            } catch {
                throw InitError("the input schema of the tool \(tool.name) cannot be used: \(error)")
            }
            entries[tool.name] = Entry(tool: tool, schema: schema, target: try Self.target(tool, context))
            specs.append(Self.spec(tool.name, tool.description, json ?? .null))
        }
        if context.configuration.handoff?.byModel == true {
            specs.append(Self.spec(HandoffTool.name, HandoffTool.description, HandoffTool.schema))
        }
        self.specs = specs
        self.entries = entries
    }

    var isEmpty: Bool { specs.isEmpty }

    func entry(_ name: String) -> Entry? { entries[name] }

    private static func spec(_ name: String, _ description: String, _ schema: JSONValue) -> JSONValue {
        .object([
            "toolSpec": .object([
                "name": .string(name), "description": .string(ControlTokens.neutralised(description)),
                "inputSchema": .object(["json": schema]),
            ])
        ])
    }

    private static func target(_ tool: BotConfiguration.Tool, _ context: BotContext) throws(InitError) -> any ToolTarget
    {
        if let arn = tool.lambda { return try LambdaTarget(arn: arn, isRepeatable: !tool.confirm, context) }
        if let url = tool.url { return try WebTarget(url: url, headers: tool.headers, context) }
        throw InitError("the tool \(tool.name) has no target")
    }
}

/// The model's own way to people.
enum HandoffTool {
    static let name = BotConfiguration.handoffTool
    static let description =
        "Asks a person to take over this chat. Use it when the customer wants to talk to a person, or when only a "
        + "person can help."
    static let schema: JSONValue = .object([
        "type": "object", "properties": .object([:]), "additionalProperties": false,
    ])
}
