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

    /// Where a bot is, and under which name things are kept about it between runs.
    package struct Address: Sendable, Equatable {
        /// `wss://…/<stage>`.
        package var url: String
        /// A path without an extension; `nil` without a home.
        package var state: String?

        /// - Parameter url: of a bot that no stack of this project tells of.
        package init(url: String, environment: [String: String]) {
            self.url = url
            let address = url.prefix { $0 != "?" }.drop { $0 != ":" }
            let name = String(address.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "_" })
            state = Self.path(environment, name: String(name.drop { $0 == "_" }.prefix(150)), stage: "url")
        }

        /// Of the stage's stack.
        package init(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) {
            let outputs = try Outputs.run(context, host)
            guard let url = outputs.chatURL else {
                throw OperationError(
                    .notDeployed,
                    "the stack \(outputs.stack) tells no address to chat at",
                    fix: "run `botctl deploy`"
                )
            }
            self.url = url
            state = Self.path(context.effects.environment, name: outputs.stack, stage: outputs.region)
        }

        private static func path(_ environment: [String: String], name: String, stage: String) -> String? {
            ChatTokenStore.path(environment: environment, name: name, stage: stage).map { String($0.dropLast(6)) }
        }

        /// What kind of thing is kept: `token`, `history`.
        package func file(_ kind: String) -> String? { state.map { "\($0).\(kind)" } }
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
        session(context, at: try Address(context, host), identity: identity, resumes: resumes, emit: emit)
    }

    /// The same with the bot at that address.
    /// - Parameter attempts: how often a connection is tried, if not as often as a script would.
    package static func session(
        _ context: ProjectContext,
        at address: Address,
        identity: Identity,
        resumes: Bool = false,
        attempts: Int? = nil,
        emit: @escaping (ChatEvent) -> Void
    ) -> ChatSession {
        let path = address.file("token")
        let tokens: ChatTokenStore
        switch identity {
        case .new: tokens = .none
        case .remembered: tokens = path.map(ChatTokenStore.file) ?? .none
        case .token(let token): tokens = .memory(token)
        }
        // Beside the token: the id of the visitor's last chat.
        let chats = identity == .remembered ? path.map { ChatTokenStore.file("\($0).chat") } : nil
        var options = ChatSession.Options(url: address.url, chatId: resumes ? chats?.load() : nil)
        if let attempts { options.connectAttempts = attempts }
        return ChatSession(
            options: options,
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
