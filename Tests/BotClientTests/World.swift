import Foundation
import Synchronization
import TestSupport

@testable import BotClient

/// A world for the engine in which time passes when a test says so, and the bot says what a test says.
final class World {
    final class Time: Sendable {
        let now = Mutex<Int64>(1_800_000_000_000)
        let random = Mutex<Double>(0.5)
    }

    let time = Time()
    var engine: ChatEngine
    var sent: [[String: String]] = []
    var dials: [String?] = []
    var hangUps = 0
    var events: [BotEvent] = []
    var replies: [String: [ReplyEvent]] = [:]
    var failures: [String: BotError] = [:]
    var answers: [Int: Result<ChatEngine.RequestAnswer, BotError>] = [:]
    var record: ChatRecord?
    var arrivals: [Result<Bool, BotError>] = []
    var askedForToken = 0
    /// What the customer's app gives.
    var customer: String?
    private(set) var timers: [ChatEngine.Timer: Int64] = [:]
    var answersPings = true

    init(kept: ChatRecord? = nil, customer: String? = nil) {
        self.customer = customer
        let time = time
        engine = ChatEngine(
            kept: kept,
            hasTokenProvider: customer != nil,
            now: { time.now.withLock { $0 } },
            random: { time.random.withLock { $0 } }
        )
        record = kept
    }

    /// Does what the engine wants done.
    func settle() {
        while !engine.effects.isEmpty {
            let effects = engine.effects
            engine.effects = []
            for effect in effects { perform(effect) }
        }
    }

    private func perform(_ effect: ChatEngine.Effect) {
        switch effect {
        case .askToken(let dial):
            askedForToken += 1
            engine.tokenCame(customer, dial: dial)
        case .dial(_, let token): dials.append(token)
        case .send(let text):
            let frame = (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
            if frame["action"] == "ping", answersPings {
                engine.received(#"{"type":"pong"}"#, dial: engine.dial)
            } else {
                sent.append(frame)
            }
        case .hangUp: hangUps += 1
        case .start(let timer, let milliseconds): timers[timer] = time.now.withLock { $0 } + Int64(milliseconds)
        case .stop(let timer): timers[timer] = nil
        case .emit(let event): events.append(event)
        case .save(let record): self.record = record
        case .remove: record = nil
        case .reply(let messageId, let event): replies[messageId, default: []].append(event)
        case .fail(let messageId, let error): failures[messageId] = error
        case .answer(let number, let result): answers[number] = result
        case .ready(let result): arrivals.append(result)
        }
    }

    /// Lets time pass, and everything happen that is due in it.
    func pass(_ milliseconds: Int) {
        let end = time.now.withLock { $0 } + Int64(milliseconds)
        while let next = timers.min(by: { $0.value < $1.value }), next.value <= end {
            timers[next.key] = nil
            time.now.withLock { $0 = max($0, next.value) }
            engine.fired(next.key)
            settle()
        }
        time.now.withLock { $0 = end }
    }

    /// What was sent since the last look.
    func take() -> [[String: String]] {
        defer { sent = [] }
        return sent
    }

    func say(_ texts: String...) {
        for text in texts {
            engine.received(text, dial: engine.dial)
            settle()
        }
    }

    func connect() {
        engine.connect()
        settle()
    }

    /// The network opens, and the bot says welcome. - Returns: what was sent before.
    @discardableResult
    func welcome(_ chatId: String = "c1", token: String? = "t1", history: String = "[]") -> [[String: String]] {
        engine.opened(dial: engine.dial)
        settle()
        let hello = take()
        let given = token.map { #","token":"\#($0)""# } ?? ""
        say(#"{"type":"welcome","chatId":"\#(chatId)","history":\#(history)\#(given)}"#)
        return hello
    }

    func send(_ text: String, _ id: String) throws {
        try engine.send(text, messageId: id)
        settle()
    }

    func breakOff(isRefused: Bool = false) {
        engine.ended(dial: engine.dial, isRefused: isRefused)
        settle()
    }

    var messages: [String] {
        engine.transcript.messages.map { "\($0.role) \($0.state): \($0.text)" }
    }

    var delays: [Int] {
        events.compactMap { if case .state(.waiting, let delay) = $0 { delay } else { nil } }
    }
}

func done(_ id: String, _ text: String, _ more: String = "") -> String {
    #"{"type":"done","messageId":"\#(id)","text":"\#(text)","citations":[]\#(more)}"#
}

func delta(_ id: String, _ seq: Int, _ text: String) -> String {
    #"{"type":"delta","messageId":"\#(id)","seq":\#(seq),"text":"\#(text)"}"#
}

func failure(_ code: String, _ id: String? = nil, retryAfter: Int? = nil) -> String {
    #"{"type":"error","code":"\#(code)","message":"m""# + (id.map { #","messageId":"\#($0)""# } ?? "")
        + (retryAfter.map { ",\"retryAfter\":\($0)" } ?? "") + "}"
}

func stored(_ number: Int, _ id: String, _ text: String, bot: Bool = false) -> String {
    let ulid = "01HZZZZZZZZZZZZZZZZZZZZZ" + String(format: "%02d", number / 2) + ".\(bot ? 1 : 0)"
    let role = bot ? "bot" : "customer"
    return #"{"id":"\#(ulid)","messageId":"\#(id)","role":"\#(role)","text":"\#(text)","createdAt":1,"citations":[]}"#
}

func frame(_ text: String, _ id: String) -> [String: String] {
    ["action": "sendMessage", "message": text, "messageId": id]
}
