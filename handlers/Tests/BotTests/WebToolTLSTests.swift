import AWSCore
import BotContract
import TestSupport
import Testing

@testable import Bot

/// A tool's https target over real sockets, with certificates that are checked.
struct WebToolTLSTests {
    private func answer(_ server: TLSServer, _ kind: String) throws -> Result<ToolAnswer, ToolError> {
        var context = try TestBot().context(.sendMessage)
        context.web = try server.transport()
        context.clock = SystemClock()
        let port = try #require(server.facts[kind]?.intValue)
        let target = try WebTarget(
            url: "https://localhost:\(port)/",
            headers: [.init(name: "X-Shop", value: "7")],
            context
        )
        let pending = target.begin(Array("{}".utf8), deadline: context.clock.now().advanced(by: .seconds(60)))
        do throws(ToolError) {
            return .success(try pending.answer())
        } catch {
            return .failure(error)
        }
    }

    @Test func theCertificateDecides() throws {
        let server = try TLSServer()
        let good = try answer(server, "good").get()
        // The server answers what it was sent.
        #expect(good.body == Array("{}".utf8) && !good.isCut)
        for kind in ["wrongHost", "unknownAuthority", "expired", "tls11"] {
            let refused = try answer(server, kind)
            #expect(refused == .failure(ToolError(.failed, "transport.tls")), "\(kind)")
        }
    }
}
