import AWSClients
import AWSCore

/// `botctl chat`: finds the deployed bot and opens a chat with it.
package struct Talk {
    /// Who chats.
    package enum Identity: Sendable, Equatable {
        /// A visitor whom the bot has not met.
        case new
        /// The visitor of the last run: the token is kept between runs.
        case remembered
        /// Whom the token names, and in the same run what the bot gives to come back with.
        case token(String)
    }

    /// - Parameters:
    ///   - resumes: goes on with the last chat of the remembered visitor, if there was one.
    ///   - emit: told what happens in the chat.
    package static func session(
        _ context: ProjectContext,
        identity: Identity,
        resumes: Bool = false,
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
        let tokens: ChatTokenStore
        switch identity {
        case .new: tokens = .none
        case .remembered: tokens = path.map(ChatTokenStore.file) ?? .none
        case .token(let token): tokens = .memory(token)
        }
        // Beside the token: the id of the visitor's last chat.
        let chats = identity == .remembered ? path.map { ChatTokenStore.file("\($0).chat") } : nil
        return ChatSession(
            options: ChatSession.Options(url: url, chatId: resumes ? chats?.load() : nil),
            effects: context.effects.chat(),
            tokens: tokens
        ) { event in
            if case .welcome(let chatId, _) = event { chats?.save(chatId) }
            emit(event)
        }
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
