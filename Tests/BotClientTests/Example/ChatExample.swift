// The chat of docs/swift-client.md: a model that compiles wherever Swift does, and a view for where SwiftUI is.

import BotClient
import Observation

@MainActor @Observable final class ChatModel {
    private(set) var messages: [ChatMessage] = []
    private(set) var state = ChatState.idle
    /// What the bot wants to do, until the customer says something.
    private(set) var question: Confirmation?
    var draft = ""
    private let chat: BotChat

    init(chat: BotChat) { self.chat = chat }

    /// For the view's `task`: ends with it.
    func run() async {
        let events = await chat.events()
        Task { try? await chat.connect() }
        for await event in events {
            switch event {
            case .change: messages = await chat.messages
            case .state(let state, _): self.state = state
            case .confirmation(let confirmation, _): question = confirmation
            default: break
            }
        }
    }

    func send() async {
        let text = draft
        draft = ""
        question = nil
        // What becomes of it comes as events.
        _ = await chat.send(text)
    }

    func agree() async {
        guard let confirmation = question else { return }
        question = nil
        _ = await chat.confirm(confirmation)
    }
}

#if canImport(SwiftUI)
    import SwiftUI

    struct ChatScreen: View {
        @State private var model: ChatModel
        @Environment(\.scenePhase) private var phase
        private let chat: BotChat

        init(chat: BotChat) {
            self.chat = chat
            model = ChatModel(chat: chat)
        }

        var body: some View {
            VStack {
                List(model.messages, id: \.self.key) { message in
                    VStack(alignment: message.role == .bot ? .leading : .trailing) {
                        Text(verbatim: message.text)
                        ForEach(message.citations, id: \.self) { Text(verbatim: $0.title).font(.caption) }
                        if message.state == .failed { Text("Not sent").foregroundStyle(.red) }
                    }
                }
                if let question = model.question {
                    Text(verbatim: "\(question.tool) \(question.input)")
                    Button("Do it") { Task { await model.agree() } }
                }
                if model.state == .waiting { Text("Connecting…").font(.caption) }
                TextField("Your question", text: $model.draft)
                    .onSubmit { Task { await model.send() } }
            }
            .task { await model.run() }
            .onChange(of: phase) { if phase == .active { Task { await chat.check() } } }
        }
    }

    extension ChatMessage {
        fileprivate var key: String { "\(role.rawValue) \(messageId)" }
    }
#endif
