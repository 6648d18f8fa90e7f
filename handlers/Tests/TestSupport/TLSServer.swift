package import AWSCore
import Foundation
import Testing

/// Python's `ssl` behind certificates that the `openssl` command makes.
package final class TLSServer {
    private let process = Process()
    private let input = Pipe()
    /// The PEM of the authority, and a port for each kind of server.
    package let facts: JSONValue

    package init() throws {
        process.executableURL = URL(fileURLWithPath: try Python.interpreter())
        process.arguments = [Python.path(of: "Tests/AWSCoreTests/tls_server.py")]
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while line.last != 0x0A {
            let chunk = output.fileHandleForReading.availableData
            try #require(!chunk.isEmpty, "tls_server.py ended")
            line += chunk
        }
        facts = try JSONValue.parse(line)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    package func request(_ kind: String, host: String = "localhost", path: String = "/") throws -> HTTPRequest {
        let port = Int(try #require(facts[kind]?.intValue))
        return HTTPRequest(
            method: "POST",
            endpoint: Endpoint(scheme: .https, host: host, port: port),
            path: path
        )
    }

    package func transport() throws -> SocketTransport {
        SocketTransport(certificateAuthorities: try #require(facts["authority"]?.stringValue))
    }
}
