import AWSClients
import AWSCore
import TestSupport
import Testing

@testable import Operations

@Suite struct LoginTests {
    /// The sign-in service; answers of `/token` come in order.
    private final class SignInService: HTTPTransport {
        var tokens: [HTTPResponse] = []
        var registration: HTTPResponse?
        private(set) var requests: [HTTPRequest] = []

        func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
            requests.append(request)
            switch request.path {
            case "/client/register":
                return Answer(
                    registration
                        ?? json(#"{"clientId": "id", "clientSecret": "secret", "clientSecretExpiresAt": 1800000000}"#)
                )
            case "/device_authorization":
                return Answer(
                    json(
                        #"{"deviceCode": "device", "userCode": "ABCD", "verificationUri": "https://d/","#
                            + #""verificationUriComplete": "https://d/?c=ABCD", "expiresIn": 60, "interval": 2}"#
                    )
                )
            default:
                guard !tokens.isEmpty else {
                    throw TransportError(.reset, peer: "test", detail: "no answer is prepared")
                }
                return Answer(tokens.removeFirst())
            }
        }
    }

    private final class Answer: HTTPExchange {
        private let response: HTTPResponse
        private var rest: [UInt8]?
        init(_ response: HTTPResponse) {
            self.response = response
            rest = response.body
        }
        func head() -> HTTPResponseHead { HTTPResponseHead(status: response.status, headers: response.headers) }
        func next() -> [UInt8]? {
            defer { rest = nil }
            return rest
        }
        func cancel() {}
    }

    private static func json(_ text: String) -> HTTPResponse { HTTPResponse(status: 200, body: Array(text.utf8)) }

    private static func refusal(_ code: String) -> HTTPResponse {
        HTTPResponse(status: 400, headers: ["x-amzn-ErrorType": code], body: Array(#"{"error": "x"}"#.utf8))
    }

    private static let pending = refusal("AuthorizationPendingException")
    private static let token = json(#"{"accessToken": "A", "expiresIn": 3600, "refreshToken": "R"}"#)

    private let service = SignInService()
    private let clock = TestClock()
    private let host = TestHost()
    private final class Written { var files: [String: [UInt8]] = [:] }
    private let written = Written()

    private static let config = """
        [default]
        sso_session = corp
        sso_account_id = 111122223333
        sso_role_name = Admin
        [profile role]
        role_arn = r
        source_profile = default
        [profile old]
        sso_start_url = https://old.example/start
        sso_region = us-west-2
        [profile keys]
        aws_access_key_id = A
        [sso-session corp]
        sso_start_url = https://corp.example/start
        sso_region = eu-west-1
        sso_registration_scopes = sso:account:access, other

        """

    private func context(_ profile: String? = nil, isInterrupted: @escaping () -> Bool = { false }) -> ProjectContext {
        var effects = Effects.trapping()
        effects.clock = clock
        effects.transport = service
        effects.environment = ["HOME": "/h"]
        effects.files.read = { $0 == "/h/.aws/config" ? Array(Self.config.utf8) : nil }
        effects.isInterrupted = isInterrupted
        let written = written
        effects.credentials.writePrivateFile = { path, bytes in written.files[path] = bytes }
        return ProjectContext(directory: "/p", overrides: .init(profile: profile), effects: effects)
    }

    private func sent(_ path: String) -> [JSONValue] {
        service.requests.filter { $0.path == path }.map { (try? JSONValue.parse($0.body)) ?? .null }
    }

    @Test func aConfirmedSignInIsKeptForTheCLI() throws {
        service.tokens = [Self.pending, Self.refusal("SlowDownException"), Self.pending, Self.token]
        let began = clock.now()
        let result = try Login.run(context(), host)
        #expect(host.events == [.confirmSignIn(url: "https://d/", completeURL: "https://d/?c=ABCD", code: "ABCD")])
        // Two seconds twice, then five more each.
        #expect(clock.slept == .seconds(2 + 2 + 7 + 7))
        #expect(service.requests.allSatisfy { $0.endpoint.host == "oidc.eu-west-1.amazonaws.com" })
        #expect(service.requests.allSatisfy { $0.headers["Authorization"] == nil })
        #expect(sent("/client/register")[0]["scopes"] == ["sso:account:access", "other"])
        #expect(sent("/device_authorization")[0]["startUrl"] == "https://corp.example/start")
        #expect(sent("/token")[3]["grantType"] == "urn:ietf:params:oauth:grant-type:device_code")
        #expect(sent("/token")[3]["deviceCode"] == "device")
        #expect(result.file == "/h/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json")
        #expect(result.isRenewable && result.profile == "default" && result.session == "corp")
        let kept = try JSONValue.parse(try #require(written.files[result.file]))
        #expect(
            Set(kept.objectValue?.keys.map { $0 } ?? []) == [
                "accessToken", "clientId", "clientSecret", "expiresAt", "refreshToken", "region",
                "registrationExpiresAt", "startUrl",
            ]
        )
        #expect(kept["registrationExpiresAt"] == "2027-01-15T08:00:00Z")
        let expires = try #require(kept["expiresAt"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
        let lifetime = began.duration(to: expires)
        #expect(lifetime > .seconds(3600) && lifetime < .seconds(3630))
    }

    @Test func aRoleLeadsToItsSourceProfile() throws {
        service.tokens = [Self.token]
        #expect(try Login.run(context("role"), host).profile == "default")
    }

    @Test func theOlderFormIsNotRenewed() throws {
        service.tokens = [Self.json(#"{"accessToken": "A", "expiresIn": 3600}"#)]
        let result = try Login.run(context("old"), host)
        #expect(result.session == nil && !result.isRenewable)
        #expect(sent("/client/register")[0]["scopes"] == nil)
        #expect(result.file.hasSuffix("/\(hexEncode(sha1Of("https://old.example/start"))).json"))
    }

    /// `sha1sum` of coreutils.
    private func sha1Of(_ text: String) -> [UInt8] {
        let folder = TemporaryFolder()
        guard let path = try? folder.write("x", text), let output = try? runProgram("sha1sum", [path]) else {
            return []
        }
        return hexDecode(String(output.text.prefix(40))) ?? []
    }

    @Test(
        arguments: [
            (["AccessDeniedException"], OperationError.Code.credentials, "denied"),
            (["AuthorizationPendingException", "ExpiredTokenException"], .credentials, "not confirmed in time"),
            (["InvalidGrantException"], .credentials, "InvalidGrantException"),
            (Array(repeating: "AuthorizationPendingException", count: 40), .credentials, "not confirmed in time"),
        ] as [([String], OperationError.Code, String)]
    )
    func whatEndsIt(_ codes: [String], _ code: OperationError.Code, _ words: String) {
        service.tokens = codes.map(Self.refusal)
        let error = #expect(throws: OperationError.self) { try Login.run(context(), host) }
        #expect(error?.code == code && error?.message.contains(words) == true, "\(String(describing: error))")
        #expect(error?.fix.isEmpty == false)
        #expect(written.files.isEmpty)
    }

    @Test func interrupted() {
        service.tokens = [Self.token]
        let clock = clock
        let error = #expect(throws: OperationError.self) {
            try Login.run(context(isInterrupted: { clock.slept > .zero }), host)
        }
        #expect(error?.code == .interrupted)
        #expect(sent("/token").isEmpty && written.files.isEmpty)
    }

    @Test(arguments: ["keys", "nobody"])
    func profilesThatDoNotSignIn(_ profile: String) {
        let error = #expect(throws: OperationError.self) { try Login.run(context(profile), host) }
        #expect(error?.code == .credentials)
        if profile == "keys" { #expect(error?.fix.contains("--profile default, --profile old") == true) }
        #expect(service.requests.isEmpty)
    }

    @Test func aServiceThatIsNotOne() {
        service.registration = Self.json("<html>")
        let error = #expect(throws: OperationError.self) { try Login.run(context(), host) }
        #expect(error?.code == .credentials && error?.fix.contains("AWS_ENDPOINT_URL") == true)
    }
}
