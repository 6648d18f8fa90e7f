import BotContract

/// Routes, and the functions behind them.
extension SpecDecoder {
    /// MB and seconds of a function whose settings the spec does not give. A reply of the model can take as long
    /// as API Gateway waits; everything else is done in a moment.
    enum FunctionDefault {
        static let memory = 256
        static let timeout = 10
        static let replyTimeout = AWSLimit.webSocketTimeoutSeconds.upperBound
    }

    func authorizer(_ reader: MapReader) -> BotSpec.FunctionSettings {
        let map = reader.map("authorizer", keys: SpecKeys.authorizer)
        return BotSpec.FunctionSettings(
            memory: map?.int("memory") ?? FunctionDefault.memory,
            timeout: map?.int("timeout") ?? FunctionDefault.timeout,
            concurrency: map?.int("concurrency")
        )
    }

    func routes(_ reader: MapReader, limits: BotSpec.Limits) -> [BotSpec.Route] {
        guard reader.has("routes") else {
            return HandlerName.builtInRoutes.map { key, handler in
                BotSpec.Route(
                    key: key,
                    handler: handler,
                    settings: settings(nil, handler: handler, limits: limits),
                    environment: [:]
                )
            }.sorted(by: BotSpec.Route.isOrderedBefore)
        }
        guard let map = reader.map("routes", keys: nil) else { return [] }
        return map.keysInOrder
            .compactMap { route($0, in: map, limits: limits) }
            .sorted(by: BotSpec.Route.isOrderedBefore)
    }

    private func route(_ key: String, in routes: MapReader, limits: BotSpec.Limits) -> BotSpec.Route? {
        guard let node = routes.node(key) else { return nil }
        if case .mapping = node.content {
            guard let map = routes.map(key, keys: SpecKeys.route) else { return nil }
            let builtIn = HandlerName.builtInRoutes.first { $0.key == key }?.handler
            if builtIn == nil { map.require("handler", example: HandlerName.sendMessage.rawValue) }
            let handler = map.has("handler") ? handler("handler", in: map) : builtIn
            let environment = map.texts("environment")
            let settings = settings(map, handler: handler ?? .fallback, limits: limits)
            return handler.map { BotSpec.Route(key: key, handler: $0, settings: settings, environment: environment) }
        }
        return handler(key, in: routes).map {
            BotSpec.Route(key: key, handler: $0, settings: settings(nil, handler: $0, limits: limits), environment: [:])
        }
    }

    private func handler(_ key: String, in map: MapReader) -> HandlerName? {
        guard let name = map.string(key) else { return nil }
        if let handler = HandlerName(rawValue: name), HandlerName.routable.contains(handler) { return handler }
        let path = map.path(of: key)
        findings.markBroken(path)
        HandlerRules.reportUnknown(name, at: path, findings)
        return nil
    }

    private func settings(_ map: MapReader?, handler: HandlerName, limits: BotSpec.Limits) -> BotSpec.FunctionSettings {
        let isReply = handler == .sendMessage
        return BotSpec.FunctionSettings(
            memory: map?.int("memory") ?? FunctionDefault.memory,
            timeout: map?.int("timeout") ?? (isReply ? FunctionDefault.replyTimeout : FunctionDefault.timeout),
            concurrency: map?.int("concurrency") ?? (isReply ? limits.concurrency : nil)
        )
    }
}

extension BotSpec.Route {
    /// `$connect`, `$disconnect`, `$default`, then by name.
    static func isOrderedBefore(_ left: BotSpec.Route, _ right: BotSpec.Route) -> Bool {
        (rank(left.key), left.key) < (rank(right.key), right.key)
    }

    private static func rank(_ key: String) -> Int {
        AWSLimit.dollarRoutes.firstIndex(of: key) ?? AWSLimit.dollarRoutes.count
    }
}
