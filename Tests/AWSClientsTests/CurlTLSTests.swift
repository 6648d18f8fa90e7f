import AWSCore
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import AWSClients

@Suite struct CurlTLSTests {
    @Test func certificatesAreChecked() throws {
        let directory = TemporaryFolder()
        defer { directory.remove() }
        let server = try Subprocess(
            Python.interpreter(),
            [Repository.path("Tests/AWSClientsTests/Python/tls_server.py"), directory.path],
            output: .file(directory.path + "/port"),
            errors: .file(directory.path + "/err")
        )
        defer { server.stop() }
        let port = try #require(waitForPort(directory.path + "/port"), "the TLS server has not started")

        func send(_ bundle: String?, host: String = "localhost") throws -> HTTPResponse {
            let transport = CurlTransport(settings: CurlSettings(certificateAuthorities: bundle))
            return try transport.send(request(host, port), timeout: .seconds(60))
        }
        #expect(try send(directory.path + "/ca.pem").status == 200)
        for (bundle, host) in [
            (nil, "localhost"),
            (CurlSettings.distributionBundles[0], "localhost"),
            (directory.path + "/missing.pem", "localhost"),
            // The certificate is for the name, not for the address.
            (directory.path + "/ca.pem", "127.0.0.1"),
        ] as [(String?, String)] {
            #expect(throws: TransportError.self) { try send(bundle, host: host) }
            do { _ = try send(bundle, host: host) } catch let error as TransportError {
                #expect(error.kind == .tls, "\(error)")
            }
        }

        let transport = CurlTransport(settings: CurlSettings(certificateAuthorities: directory.path + "/ca.pem"))
        let first = try transport.send(request("localhost", port), timeout: .seconds(60)).body
        let second = try transport.send(request("localhost", port), timeout: .seconds(60)).body
        #expect(first == second, "the TLS connection was not used again")
    }

    private func request(_ host: String, _ port: Int) -> HTTPRequest {
        HTTPRequest(method: "GET", endpoint: Endpoint(scheme: .https, host: host, port: port))
    }

    private func waitForPort(_ file: String) -> Int? {
        for _ in 0..<1_200 {
            if let data = try? Data(contentsOf: URL(filePath: file)), data.last == 0x0A {
                return Int(String(decoding: data.dropLast(), as: UTF8.self))
            }
            usleep(50_000)
        }
        return nil
    }
}
