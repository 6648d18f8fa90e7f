import AWSCore
import LocalAWS
import Synchronization
import Web

/// The page's server: on 127.0.0.1 only, under a path that nobody guesses, for this host's name only. A page of
/// another site can neither read it nor have it do anything: it does not know the path, its name (DNS rebinding) is
/// not this host's, and what changes something wants an `Origin` that is this page's.
final class DevPage: Sendable {
    private let server: LoopbackServer
    private let board: DevBoard
    let url: String

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - token: of the path; URL-safe.
    ///   - connect: where the chat may connect, as CSP sources.
    static func start(
        port: Int,
        token: String,
        version: String,
        connect: String,
        board: DevBoard,
        actions: DevActions
    ) throws(OperationError) -> DevPage {
        let files: [String: DevPageFile]
        do {
            files = try DevPageFile.all(version: version)
        } catch {
            throw OperationError(.build, "the page cannot be put together: \(error)", fix: "build botctl anew")
        }
        let router = DevRouter(token: token, connect: connect, files: files, board: board, actions: actions)
        do throws(LocalAWSError) {
            let server = try LoopbackServer.start(port: port) { router.serve($0, $1) }
            return DevPage(server, board, url: "http://127.0.0.1:\(server.port)/\(token)/")
        } catch {
            throw OperationError(.local, error.message, fix: error.fix)
        }
    }

    private init(_ server: LoopbackServer, _ board: DevBoard, url: String) {
        self.server = server
        self.board = board
        self.url = url
    }

    var port: Int { server.port }

    func stop() {
        board.close()
        server.stop()
    }
}

/// Answers one request.
final class DevRouter: Sendable {
    private let token: [UInt8]
    private let connect: String
    private let files: [String: DevPageFile]
    private let board: DevBoard
    private let actions: DevActions

    init(token: String, connect: String, files: [String: DevPageFile], board: DevBoard, actions: DevActions) {
        self.token = Array(token.utf8)
        self.connect = connect
        self.files = files
        self.board = board
        self.actions = actions
    }

    func serve(_ request: ServerRequest, _ writer: ResponseWriter) {
        guard let name = Self.allowedHost(request.headers["Host"]) else {
            return refuse(writer, 403, "this server answers to 127.0.0.1 only")
        }
        let parts = request.path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
        let path = parts.first.map(String.init) ?? ""
        let cut = path.firstIndex(of: "/") ?? path.endIndex
        guard constantTimeEqual(Array(path[..<cut].utf8), token), cut != path.endIndex else {
            return refuse(writer, 403, "open the address that `botctl dev` printed")
        }
        let rest = String(path[path.index(after: cut)...])
        switch (request.method, rest) {
        case ("GET", "events"):
            writer.begin(HTTPResponseHead(status: 200, headers: headers("text/event-stream")))
            board.read { message in
                writer.chunk(Array(message.utf8))
                return writer.isConnected
            }
        case ("GET", "state"): answer(writer, 200, board.value)
        case ("GET", "files"): answer(writer, 200, actions.documents())
        case ("POST", "file"), ("POST", "token"):
            guard request.headers["Origin"] == "http://\(name)",
                request.headers["Content-Type"]?.hasPrefix("application/json") == true,
                let body = try? JSONValue.parse(request.body)
            else { return refuse(writer, 403, "only this page may ask for that") }
            let (status, value) = rest == "file" ? actions.save(body) : actions.token(body)
            answer(writer, status, value)
        case ("GET", _):
            guard let file = files[rest] else { return refuse(writer, 404, "there is no such file") }
            writer.send(HTTPResponse(status: 200, headers: headers(file.type), body: file.contents))
        default: refuse(writer, 405, "the page does not ask for that")
        }
    }

    /// - Returns: the host as the browser knows it; `nil` for another name than this machine's own.
    static func allowedHost(_ header: String?) -> String? {
        guard let header else { return nil }
        let name = header.prefix { $0 != ":" }
        return name == "127.0.0.1" || name == "localhost" ? header : nil
    }

    private func answer(_ writer: ResponseWriter, _ status: Int, _ value: JSONValue) {
        writer.send(HTTPResponse(status: status, headers: headers("application/json"), body: value.encoded()))
    }

    private func refuse(_ writer: ResponseWriter, _ status: Int, _ why: String) {
        writer.send(
            HTTPResponse(status: status, headers: headers("text/plain; charset=utf-8"), body: Array("\(why)\n".utf8))
        )
    }

    private func headers(_ type: String) -> HTTPHeaders {
        [
            "Content-Type": type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Security-Policy":
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; "
                + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
                + "connect-src 'self' \(connect)",
        ]
    }
}
