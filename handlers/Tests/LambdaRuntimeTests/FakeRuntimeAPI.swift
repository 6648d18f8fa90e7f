import Synchronization
import TestSupport

/// Lambda's Runtime API on loopback: hands out events in order, keeps what is posted, answers posts with the
/// statuses it is given and 202 after those. With no event left it closes the connection.
final class FakeRuntimeAPI: Sendable {
    struct Event: Sendable {
        var id = "id-1"
        var headers = "Lambda-Runtime-Deadline-Ms: 1440938160123\r\n"
        var status = "200 OK"
        var payload = "{}"
    }

    struct Post: Sendable, Equatable {
        var path: String
        var head: String
        var body: String
    }

    private struct State {
        var events: [Event]
        var statuses: [String]
        var posts: [Post] = []
    }

    /// What the connections share; the server has it for as long as one of them is served.
    private final class Ledger: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private let ledger: Ledger
    private let server: LoopbackServer

    var port: Int { server.port }
    var posts: [Post] { ledger.state.withLock { $0.posts } }
    var connections: Int { server.connections }

    init(_ events: [Event], statuses: [String] = []) throws {
        let ledger = Ledger(State(events: events, statuses: statuses))
        self.ledger = ledger
        server = try LoopbackServer { Self.serve($0, ledger) }
    }

    private static func serve(_ connection: LoopbackServer.Connection, _ ledger: Ledger) {
        while let (head, body) = connection.request() {
            let words = head.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3 else { return }
            if words[0] == "GET" {
                guard words[1] == "/2018-06-01/runtime/invocation/next",
                    let event = ledger.state.withLock({ $0.events.isEmpty ? nil : $0.events.removeFirst() })
                else { return }
                let id = event.id.isEmpty ? "" : "Lambda-Runtime-Aws-Request-Id: \(event.id)\r\n"
                connection.answer(event.payload, status: event.status, headers: id + event.headers)
            } else {
                let status = ledger.state.withLock { state in
                    state.posts.append(
                        Post(path: words[1], head: head, body: String(decoding: body, as: UTF8.self))
                    )
                    return state.statuses.isEmpty ? "202 Accepted" : state.statuses.removeFirst()
                }
                connection.answer("{}", status: status)
            }
        }
    }
}
