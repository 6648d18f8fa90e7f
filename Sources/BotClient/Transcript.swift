/// A chat's messages in order, from what was sent here, what came, and the pages of its history.
struct Transcript {
    var messages: [ChatMessage] = []

    func index(_ role: Role, _ messageId: String) -> Int? {
        messages.firstIndex { $0.role == role && $0.messageId == messageId }
    }

    func find(_ role: Role, _ messageId: String) -> ChatMessage? { index(role, messageId).map { messages[$0] } }

    /// Changes the message, or adds it behind all others: a reply behind what it answers.
    mutating func put(_ role: Role, _ messageId: String, _ change: (inout ChatMessage) -> Void) {
        if let index = index(role, messageId) { return change(&messages[index]) }
        var message = ChatMessage(messageId: messageId, role: role, text: "")
        change(&message)
        let asked = role == .bot ? index(.customer, messageId) : nil
        messages.insert(message, at: asked.map { $0 + 1 } ?? messages.count)
    }

    mutating func remove(_ role: Role, _ messageId: String) {
        messages.removeAll { $0.role == role && $0.messageId == messageId }
    }

    /// The id to ask for older messages with.
    var oldest: String? { messages.lazy.compactMap(\.id).first }

    /// Takes in the chat's last messages. When none of what is here is among them, others may lie between: only what
    /// is not answered yet is kept.
    mutating func mergeTail(_ history: [ServerFrame.StoredMessage]) {
        let open = messages.filter { $0.state != .done }
        let closed = messages.filter { $0.state == .done }
        let isKnown = closed.contains { message in
            history.contains { $0.role == message.role && $0.messageId == message.messageId }
        }
        messages = isKnown || history.isEmpty ? closed : []
        take(history)
        for message in open where index(.bot, message.messageId) == nil {
            if message.role == .bot {
                put(.bot, message.messageId) { $0 = message }
            } else if let stored = index(.customer, message.messageId) {
                messages[stored].state = message.state
                messages[stored].error = message.error
            } else {
                messages.append(message)
            }
        }
    }

    /// Takes in stored messages. A message without an id stays behind the one that it is behind.
    mutating func take(_ history: [ServerFrame.StoredMessage]) {
        for stored in history {
            put(stored.role, stored.messageId) { message in
                message.id = stored.id
                message.text = stored.text
                message.createdAt = stored.createdAt
                message.citations = stored.citations
                message.confirmation = stored.confirmation
                message.state = .done
                message.error = nil
            }
        }
        var last = ""
        let keyed = messages.enumerated().map { place, message in
            last = message.id ?? last
            return (key: last, place: place, message: message)
        }
        messages = keyed.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.message)
    }
}
