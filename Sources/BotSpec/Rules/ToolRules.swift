import BotContract
import JSONSchema

/// Tools: business APIs that the model may call.
enum ToolRules {
    static let all = [
        toolName, toolReserved, toolTwice, descriptionEmpty, toolSchema, lambdaARN, toolNotHTTPS, headersOfLambda,
        headerName, headerValue, toolTimeout, modelWithoutTools, noStreamingWithTools,
    ]

    private static func each(_ context: RuleContext, _ body: (_ tool: BotSpec.Tool, _ path: String) -> Void) {
        for (index, tool) in context.spec.tools.enumerated() { body(tool, "tools[\(index)]") }
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

    static let toolReserved = Rule(.toolName) { context in
        each(context) { tool, path in
            guard tool.name == BotConfiguration.handoffTool else { return }
            context.report(
                .toolName,
                "`\(tool.name)` is the bot's own tool, by which the model asks for a person",
                at: "\(path).name",
                fix: "choose another name; for handing off, write handoff.triggers.model: true"
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
            guard let problem = ToolSchema.problem(tool.inputSchema) else { return }
            context.report(
                .toolSchema,
                "the input must be the JSON Schema of an object: \(problem)",
                at: "\(path).input",
                fix: "write `type: object` and its `properties`, with \(MapReader.list(Schema.keywords)) alone"
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
            guard case .https(let url, _) = tool.target, !URLSyntax.isHTTPS(url) else { return }
            context.report(
                .notHTTPS,
                "the target must be an https URL",
                at: "\(path).target.https",
                fix: "write https://…"
            )
        }
    }

    /// Decoding drops headers of a function from the model, so the file says whether there are any.
    static let headersOfLambda = Rule(.toolHeader) { context in
        each(context) { tool, path in
            guard case .lambda = tool.target, context.wrote("\(path).target.headers") else { return }
            context.report(
                .toolHeader,
                "a Lambda function gets no headers",
                at: "\(path).target.headers",
                fix: "delete them: the bot's role is what lets it in",
                onKey: true
            )
        }
    }

    private static func eachHeader(
        _ context: RuleContext,
        _ body: (_ header: BotConfiguration.Header, _ path: String) -> Void
    ) {
        each(context) { tool, path in
            guard case .https(_, let headers) = tool.target else { return }
            for header in headers { body(header, "\(path).target.headers.\(header.name)") }
        }
    }

    /// RFC 9110, section 5.1; what the connection itself needs is not the spec's to say.
    static let headerName = Rule(.toolHeader) { context in
        let own = ["connection", "content-length", "content-type", "expect", "host", "transfer-encoding", "upgrade"]
        eachHeader(context) { header, path in
            let isName =
                !header.name.isEmpty
                && header.name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
            let isOwn = own.contains(header.name.lowercased())
            guard !isName || isOwn else { return }
            context.report(
                .toolHeader,
                isOwn ? "the bot writes the header `\(header.name)` itself" : "this is not the name of a header field",
                at: path,
                fix: isOwn ? "delete it" : "write a name like `Authorization`",
                onKey: true
            )
        }
    }

    /// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html (names)
    static let headerValue = Rule(.toolHeader) { context in
        eachHeader(context) { header, path in
            if let name = header.parameter {
                let isName =
                    name.hasPrefix("/") && !name.hasSuffix("/") && !name.contains("//") && name.utf8.count <= 1011
                    && name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || "_.-/".utf8.contains($0) }
                guard !isName else { return }
                context.report(
                    .toolHeader,
                    "`\(MapReader.shortened(name))` is not the full name of an SSM parameter",
                    at: "\(path).ssm",
                    fix: "write a name like /acme/orders-api-key"
                )
            } else if let value = header.value, !value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
                context.report(
                    .toolHeader,
                    "a header's value is printable ASCII",
                    at: path,
                    fix: "encode what is not as the API wants it"
                )
            }
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
        guard context.spec.offersTools else { return }
        for (path, id) in [("model.id", context.spec.model.id), ("model.fallback", context.spec.model.fallback ?? "")] {
            guard let entry = ModelCatalog.find(id)?.entry, !entry.hasTools else { continue }
            context.report(
                .modelWithoutTools,
                "`\(id)` cannot call tools",
                at: path,
                fix: "choose a model that can, \(ModelCatalog.defaultId) for example, or do without tools",
                related: [cause(context)]
            )
        }
    }

    /// What makes the model be offered tools.
    private static func cause(_ context: RuleContext) -> String {
        context.spec.tools.isEmpty ? "handoff.triggers.model" : "tools"
    }

    static let noStreamingWithTools = Rule(.noStreamingWithTools) { context in
        guard context.spec.offersTools, let entry = ModelCatalog.find(context.spec.model.id)?.entry,
            entry.hasTools, !entry.streamsWithTools
        else { return }
        context.report(
            .warning,
            .noStreamingWithTools,
            "`\(context.spec.model.id)` does not stream when it has tools: replies arrive whole",
            at: "model.id",
            fix: "nothing to do if whole replies are fine; else choose another model, or do without tools",
            related: [cause(context)]
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
