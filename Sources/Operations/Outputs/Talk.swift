import AWSClients
import AWSCore

/// `botctl chat`: finds the deployed bot and opens a chat with it.
package struct Talk {
    /// - Parameters:
    ///   - remembersVisitor: the visitor's token is kept between runs, so that the bot knows the user again.
    ///   - emit: told what happens in the chat.
    package static func session(
        _ context: ProjectContext,
        remembersVisitor: Bool,
        _ host: any OperationHost,
        emit: @escaping (ChatEvent) -> Void
    ) throws(OperationError) -> ChatSession {
        let outputs = try Outputs.run(context, host)
        guard let url = outputs.chatURL else {
            throw OperationError(
                .notDeployed,
                "the stack \(outputs.stack) tells no address to chat at",
                fix: "run `botctl deploy`"
            )
        }
        let environment = context.effects.environment
        let path = ChatTokenStore.path(environment: environment, name: outputs.stack, stage: outputs.region)
        return ChatSession(
            options: ChatSession.Options(url: url),
            effects: .live(
                settings: CurlSettings(
                    environment: environment,
                    fileExists: context.effects.files.exists
                ),
                isCancelled: context.effects.isInterrupted
            ),
            tokens: remembersVisitor ? path.map(ChatTokenStore.file) ?? .none : .none,
            emit: emit
        )
    }
}

extension OperationError {
    package init(_ error: ChatError) {
        if case .interrupted = error {
            self = .interrupted
        } else {
            self.init(.chat, error.description, details: [error.code], fix: error.nextStep)
        }
    }
}
