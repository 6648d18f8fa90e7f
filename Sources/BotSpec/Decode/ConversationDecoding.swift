import BotContract

/// Who may talk to the bot, what it may call, and what it must not say.
extension SpecDecoder {
    func auth(_ reader: MapReader) -> BotSpec.Auth {
        let map = reader.map("auth", keys: SpecKeys.auth)
        return BotSpec.Auth(
            mode: map?.choice("mode", BotConfiguration.Auth.Mode.self) ?? .visitor,
            allowedOrigins: map?.strings("allowedOrigins") ?? [],
            issuer: map?.string("issuer"),
            audience: map?.string("audience"),
            jwksUrl: map?.string("jwksUrl")
        )
    }

    func handoff(_ reader: MapReader) -> BotSpec.Handoff? {
        guard let map = reader.map("handoff", keys: SpecKeys.handoff), !map.isEmpty else { return nil }
        map.require("message", example: "A colleague will take over.")
        let triggers = map.map("triggers", keys: SpecKeys.handoffTriggers)
        return BotSpec.Handoff(
            message: map.string("message") ?? "",
            notify: map.string("notify"),
            byModel: triggers?.bool("model") ?? hasTools(reader),
            unansweredTurns: triggers?.int("unanswered")
        )
    }

    /// Where a bot has tools anyway, one more of them costs nothing.
    private func hasTools(_ reader: MapReader) -> Bool {
        guard case .sequence(let items) = reader.node("tools")?.content else { return false }
        return !items.isEmpty
    }

    func tools(_ reader: MapReader) -> [BotSpec.Tool] {
        (reader.items("tools") ?? []).compactMap { item in
            guard let map = MapReader(item.node, at: item.path, keys: SpecKeys.tool, key: nil, findings: findings)
            else { return nil }
            map.require("name", example: "orderStatus")
            map.require("description", example: "Looks up the state of an order by its number")
            map.require("target", example: "{ https: \"https://api.example.com/orders\" }")
            return BotSpec.Tool(
                name: map.string("name") ?? "",
                description: map.string("description") ?? "",
                inputSchema: ToolSchema.canonicalJSON(map.node("input")),
                target: target(map),
                timeout: map.int("timeout") ?? 10,
                confirm: map.bool("confirm") ?? false
            )
        }
    }

    private func target(_ tool: MapReader) -> BotSpec.Tool.Target {
        let filler = BotSpec.Tool.Target.https(url: "")
        guard let map = tool.map("target", keys: SpecKeys.toolTarget) else { return filler }
        let lambda = map.string("lambda")
        let https = map.string("https")
        if map.has("lambda") == map.has("https") {
            findings.markBroken(map.path)
            ToolRules.reportTarget(map.path, isEmpty: !map.has("lambda"), findings)
        }
        let headers = headers(map)
        return lambda.map { .lambda(arn: $0) } ?? https.map { .https(url: $0, headers: headers) } ?? filler
    }

    /// Sorted by name: the order of header fields means nothing.
    private func headers(_ target: MapReader) -> [BotConfiguration.Header] {
        guard let map = target.map("headers", keys: nil) else { return [] }
        return map.keysInOrder.sorted().compactMap { name in
            guard let node = map.node(name) else { return nil }
            guard case .mapping = node.content else {
                return BotConfiguration.Header(name: name, value: map.text(name))
            }
            guard let secret = map.map(name, keys: SpecKeys.toolHeader) else { return nil }
            secret.require("ssm", example: "/acme/orders-api-key")
            return BotConfiguration.Header(name: name, parameter: secret.string("ssm"))
        }
    }

    func guardrail(_ reader: MapReader) -> BotSpec.Guardrail? {
        guard let map = reader.map("guardrail", keys: SpecKeys.guardrail), !map.isEmpty else { return nil }
        return BotSpec.Guardrail(
            deniedTopics: (map.items("deniedTopics") ?? []).compactMap(topic),
            blockedWords: map.strings("blockedWords") ?? [],
            profanity: map.bool("profanity") ?? false,
            pii: (map.items("pii") ?? []).compactMap(pii),
            grounding: map.double("grounding"),
            relevance: map.double("relevance"),
            blockedMessage: map.string("blockedMessage") ?? "Sorry, I cannot answer that."
        )
    }

    private func topic(_ item: (node: YAMLNode, path: String)) -> BotSpec.Guardrail.Topic? {
        guard let map = MapReader(item.node, at: item.path, keys: SpecKeys.topic, key: nil, findings: findings)
        else { return nil }
        map.require("name", example: "legal-advice")
        map.require("definition", example: "Advice on contracts, claims and lawsuits")
        return BotSpec.Guardrail.Topic(
            name: map.string("name") ?? "",
            definition: map.string("definition") ?? "",
            examples: map.strings("examples") ?? []
        )
    }

    private func pii(_ item: (node: YAMLNode, path: String)) -> BotSpec.Guardrail.PII? {
        guard let map = MapReader(item.node, at: item.path, keys: SpecKeys.pii, key: nil, findings: findings)
        else { return nil }
        map.require("type", example: "EMAIL")
        map.require("action", example: "anonymize")
        return BotSpec.Guardrail.PII(
            type: map.string("type") ?? "",
            action: map.choice("action", BotSpec.Guardrail.PII.Action.self) ?? .block
        )
    }
}
