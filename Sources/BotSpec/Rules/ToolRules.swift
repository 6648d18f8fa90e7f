/// Tools: business APIs that the model may call.
enum ToolRules {
    static let all = [
        toolsNotYet, toolName, toolTwice, descriptionEmpty, toolSchema, lambdaARN, toolNotHTTPS, toolTimeout,
        modelWithoutTools, noStreamingWithTools,
    ]

    private static func each(_ context: RuleContext, _ body: (_ tool: BotSpec.Tool, _ path: String) -> Void) {
        for (index, tool) in context.spec.tools.enumerated() { body(tool, "tools[\(index)]") }
    }

    static let toolsNotYet = Rule(.toolsNotYet) { context in
        guard !context.spec.tools.isEmpty else { return }
        context.report(
            .warning,
            .toolsNotYet,
            "tools are checked and kept, but this version's handlers do not act on them yet",
            at: "tools",
            fix: "leave them for a later version, or delete them",
            onKey: true
        )
    }

    static let toolName = Rule(.toolName) { context in
        each(context) { tool, path in
            let isPlain = tool.name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D }
            guard tool.name.isEmpty || tool.name.utf8.count > AWSLimit.toolNameLength || !isPlain else { return }
            context.report(
                .toolName,
                "a tool's name has 1 to \(AWSLimit.toolNameLength) letters, digits, hyphens and underscores",
                at: "\(path).name",
                fix: "write a name like `orderStatus`"
            )
        }
    }

    static let toolTwice = Rule(.toolTwice) { context in
        var seen: [String: String] = [:]
        each(context) { tool, path in
            if let first = seen[tool.name], !tool.name.isEmpty {
                context.report(
                    .toolTwice,
                    "another tool is already named `\(MapReader.shortened(tool.name))`",
                    at: "\(path).name",
                    fix: "give each tool a name of its own",
                    related: ["\(first).name"]
                )
            } else {
                seen[tool.name] = path
            }
        }
    }

    static let descriptionEmpty = Rule(.emptyText) { context in
        each(context) { tool, path in
            guard tool.description.allSatisfy(\.isWhitespace) else { return }
            context.report(
                .emptyText,
                "the description is empty: by it the model chooses the tool",
                at: "\(path).description",
                fix: "write what the tool does, and when to use it"
            )
        }
    }

    static let toolSchema = Rule(.toolSchema) { context in
        each(context) { tool, path in
            guard !ToolSchema.isObjectSchema(tool.inputSchema) else { return }
            context.report(
                .toolSchema,
                "the input must be the JSON Schema of an object",
                at: "\(path).input",
                fix: "write `type: object` and its `properties`"
            )
        }
    }

    /// Decoding calls it: a tool with no target or two has no place in the model.
    static func reportTarget(_ path: String, isEmpty: Bool, _ findings: Findings) {
        findings.report(
            .toolTarget,
            isEmpty ? "the target names neither a Lambda function nor a URL" : "a tool has one target, not two",
            at: findings.sourceMap.keyRange(of: path),
            fix: isEmpty ? "add `lambda: arn:…` or `https: https://…`" : "delete `lambda` or `https`"
        )
    }

    /// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (FunctionName)
    static let lambdaARN = Rule(.lambdaARN) { context in
        each(context) { tool, path in
            guard case .lambda(let arn) = tool.target else { return }
            if let parsed = ARN(arn), parsed.service == "lambda", parsed.hasAccount, isFunction(parsed.resource) {
                return
            }
            context.report(
                .lambdaARN,
                "`\(MapReader.shortened(arn))` is not the ARN of a Lambda function",
                at: "\(path).target.lambda",
                fix: "write arn:aws:lambda:<region>:<account>:function:<name>"
            )
        }
    }

    static let toolNotHTTPS = Rule(.notHTTPS) { context in
        each(context) { tool, path in
            guard case .https(let url) = tool.target, !URLSyntax.isHTTPS(url) else { return }
            context.report(
                .notHTTPS,
                "the target must be an https URL",
                at: "\(path).target.https",
                fix: "write https://…"
            )
        }
    }

    static let toolTimeout = Rule(.toolTimeout) { context in
        let reply = context.spec.routes.first { $0.handler == .sendMessage }
        let most = min(28, (reply?.settings.timeout ?? 29) - 1)
        guard most >= 1 else { return }
        each(context) { tool, path in
            guard !(1...most).contains(tool.timeout) else { return }
            context.report(
                .toolTimeout,
                "a tool's timeout must be 1 to \(most) seconds, not \(tool.timeout): the reply waits for it",
                at: "\(path).timeout",
                fix: tool.timeout < 1 ? "write 1 or more" : "write \(most) or less",
                related: reply.map { ["routes.\($0.key).timeout"] } ?? []
            )
        }
    }

    static let modelWithoutTools = Rule(.modelWithoutTools) { context in
        guard !context.spec.tools.isEmpty else { return }
        for (path, id) in [("model.id", context.spec.model.id), ("model.fallback", context.spec.model.fallback ?? "")] {
            guard let entry = ModelCatalog.find(id)?.entry, !entry.hasTools else { continue }
            context.report(
                .modelWithoutTools,
                "`\(id)` cannot call tools",
                at: path,
                fix: "choose a model that can, \(ModelCatalog.defaultId) for example, or delete the tools",
                related: ["tools"]
            )
        }
    }

    static let noStreamingWithTools = Rule(.noStreamingWithTools) { context in
        guard !context.spec.tools.isEmpty, let entry = ModelCatalog.find(context.spec.model.id)?.entry,
            entry.hasTools, !entry.streamsWithTools
        else { return }
        context.report(
            .warning,
            .noStreamingWithTools,
            "`\(context.spec.model.id)` does not stream when it has tools: replies arrive whole",
            at: "model.id",
            fix: "nothing to do if whole replies are fine; else choose another model, or delete the tools",
            related: ["tools"]
        )
    }

    private static func isFunction(_ resource: String) -> Bool {
        let parts = resource.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0] == "function", (1...64).contains(parts[1].utf8.count) else {
            return false
        }
        return parts.dropFirst().allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x24 }
        }
    }
}
