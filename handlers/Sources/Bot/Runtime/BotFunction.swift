import AWSCore
import BotContract

/// One function of the bot: decodes its events, serves them, and writes one log line for each.
final class BotFunction {
    private let name: HandlerName
    private let context: BotContext
    private let handler: any RouteHandler

    init(_ name: HandlerName, _ context: BotContext) throws(InitError) {
        self.name = name
        self.context = context
        handler = try name.handler(context)
    }

    func serve(_ event: [UInt8], requestId: String, deadline: Timestamp) throws -> [UInt8] {
        let invocation = Invocation(requestId: requestId, deadline: deadline, clock: context.clock)
        var decoded: WebSocketEvent?
        defer {
            context.log(
                InvocationLog.line(
                    event: decoded,
                    handler: name,
                    invocation: invocation,
                    configuration: context.configuration,
                    now: context.clock.now()
                )
            )
        }
        do {
            let event = try WebSocketEvent(json: event)
            decoded = event
            return try handler.handle(event, invocation).encoded()
        } catch {
            invocation.outcome = ErrorCode.internal.rawValue
            invocation.detail = "\(error)"
            throw error
        }
    }
}
