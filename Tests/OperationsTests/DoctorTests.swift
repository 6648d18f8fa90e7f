import AWSClients
import AWSCore
import BotSpec
import HandlerBuild
import TestSupport
import Testing

@testable import Operations

@Suite struct DoctorTests {
    /// A swift that says its version.
    private final class Tools: ProcessRunner {
        var version = "Swift version 6.3"

        func run(
            _ command: ProcessCommand,
            onLine: (ProcessStream, String) -> Void
        ) throws(ProcessError) -> ProcessExit {
            onLine(.standardOutput, version)
            return .exited(version.isEmpty ? 1 : 0)
        }
    }

    /// STS behind a clock, which a plain GET reads.
    private final class Services: HTTPTransport {
        let aws = FakeAWS()
        var date: String? = "Mon, 21 Sep 2026 14:13:21 GMT"
        var failure: TransportError.Kind?

        func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
            if let failure { throw TransportError(failure, peer: request.endpoint.host, detail: "out of order") }
            guard request.method == "GET" else { return try aws.begin(request, timeout: timeout) }
            return Head(headers: date.map { ["Date": $0] } ?? [:])
        }

        private final class Head: HTTPExchange {
            let headers: HTTPHeaders
            init(headers: HTTPHeaders) { self.headers = headers }
            func head() -> HTTPResponseHead { HTTPResponseHead(status: 302, headers: headers) }
            func next() -> [UInt8]? { nil }
            func cancel() {}
        }
    }

    private let services = Services()
    private let tools = Tools()
    private let folder = TemporaryFolder()

    private func report(
        spec: String? = smallestSpec,
        environment: [String: String] = [:],
        config: String? = nil,
        profile: String? = nil,
        region: String? = nil
    ) throws -> DoctorReport {
        for name in ["swift", "ministack"] { try folder.write(name, "", mode: 0o755) }
        let keys = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "SECRET", "PATH": folder.path]
        var effects = Effects.trapping()
        effects.clock = TestClock()
        effects.transport = services
        effects.tools = tools
        effects.environment = keys.merging(["HOME": "/h", "AWS_EC2_METADATA_DISABLED": "true"]) { $1 }
            .merging(environment) { $1 }
        let files = ["/p/botctl.yml": spec, "/h/.aws/config": config].compactMapValues { $0.map { Array($0.utf8) } }
        let programs = ["\(folder.path)/ministack"]
        effects.files.read = { files[$0] }
        effects.files.exists = { files[$0] != nil || programs.contains($0) }
        effects.loadSpec = { _, file, stage, region in
            SpecLoader.inMemory([file: files["/p/botctl.yml"] ?? []]).load(
                projectDirectory: "/p",
                specFile: file,
                stage: stage,
                overrides: SpecOverrides(region: region)
            )
        }
        return try Doctor.run(
            ProjectContext(directory: "/p", overrides: .init(region: region, profile: profile), effects: effects)
        )
    }

    private func check(_ report: DoctorReport, _ name: String) throws -> DoctorReport.Check {
        try #require(report.checks.first { $0.name == name }, "there is no check \(name)")
    }

    private func statuses(_ report: DoctorReport) -> [String] { report.checks.map { "\($0.name) \($0.status)" } }

    @Test func everythingIsRight() throws {
        let report = try report()
        #expect(
            statuses(report) == [
                "spec ok", "configuration ok", "endpoints ok", "connection ok", "network ok", "clock ok",
                "credentials ok", "identity ok", "toolchain ok", "local AWS ok",
            ]
        )
        #expect(!report.hasFailed)
        #expect(try check(report, "configuration").summary == "us-east-2 (of the spec), profile default")
        #expect(try check(report, "credentials").summary == "environment")
        #expect(try check(report, "identity").summary == "arn:aws:iam::111122223333:user/test in account 111122223333")
        #expect(try check(report, "toolchain").details == ["Swift version 6.3"])
        #expect(report.sources.first == SourceReport("environment", .used, "AWS_ACCESS_KEY_ID is set"))
        #expect(!report.checks.contains { "\($0)".contains("SECRET") })
    }

    @Test func whateverFailsHasAWayOut() throws {
        let reports = [
            try report(spec: nil), try report(spec: "version: 1\n"), try report(environment: ["AWS_PROFILE": "nobody"]),
            try report(environment: ["AWS_ACCESS_KEY_ID": ""]), try report(environment: ["AWS_ENDPOINT_URL": "x"]),
            try report(environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_CA_BUNDLE": "/none"]),
            try report(environment: ["PATH": "/nonexistent"]),
        ]
        for report in reports {
            #expect(report.checks.contains { $0.status != .ok })
            for check in report.checks where check.status == .fail || check.status == .warn {
                #expect(check.fix?.isEmpty == false, "\(check)")
            }
        }
        #expect(reports.map(\.hasFailed) == [true, true, true, true, true, true, true])
    }

    @Test func withoutASpecTheCredentialsAreLookedAt() throws {
        let report = try report(spec: nil)
        #expect(try check(report, "spec").status == .warn)
        #expect(try check(report, "configuration").summary == "no region is set")
        #expect(try check(report, "identity").status == .ok)
        #expect(try self.report(spec: nil, environment: ["AWS_REGION": "eu-west-1"]).hasFailed == false)
    }

    @Test func whichSourceLostAndWhy() throws {
        let config = "[default]\nrole_arn = arn\nsource_profile = default\n"
        let report = try report(config: config)
        let details = try check(report, "credentials").details
        #expect(details[0] == "environment: used, AWS_ACCESS_KEY_ID is set")
        #expect(details[1].hasSuffix("role_arn is set (/h/.aws/config:2), but environment comes first"))
        let failed = try self.report(config: config, profile: "default")
        #expect(try check(failed, "credentials").status == .fail)
        #expect(try check(failed, "credentials").details[0].contains("role_arn: failed, /h/.aws/config:3"))
        #expect(try check(failed, "identity").status == .skip)
        #expect(failed.sources.first?.outcome == .failed)
    }

    @Test(
        arguments: [
            ("Mon, 21 Sep 2026 14:13:20 GMT", .ok), ("Mon, 21 Sep 2026 14:15:00 GMT", .warn),
            ("Mon, 21 Sep 2026 14:05:00 GMT", .fail), ("Mon, 21 Sep 2026 14:20:00 GMT", .fail), (nil, .warn),
        ] as [(String?, DoctorReport.Status)]
    )
    func clocks(_ date: String?, _ status: DoctorReport.Status) throws {
        services.date = date
        #expect(try check(report(), "clock").status == status)
    }

    @Test(
        arguments: [
            (TransportError.Kind.resolve, "name server"), (.tls, "AWS_CA_BUNDLE"), (.connect, "proxy"),
            (.timeout, "proxy"),
        ]
    )
    func networks(_ kind: TransportError.Kind, _ words: String) throws {
        services.failure = kind
        let report = try report()
        #expect(try check(report, "network").status == .fail)
        #expect(try check(report, "network").fix?.contains(words) == true)
        #expect(try check(report, "clock").status == .skip)
        #expect(try check(report, "identity").status == .fail)
    }

    @Test func anotherAccount() throws {
        let report = try report(spec: smallestSpec + "account: \"999988887777\"\n")
        #expect(try check(report, "identity").status == .fail)
        #expect(try check(report, "identity").summary.contains("999988887777"))
    }

    @Test func aProxysPasswordIsNotShown() throws {
        let report = try report(
            environment: ["HTTPS_PROXY": "http://me:SECRET@proxy.example:3128", "NO_PROXY": "localhost"]
        )
        let details = try check(report, "connection").details
        #expect(details.prefix(2) == ["https by http://<REDACTED>@proxy.example:3128", "directly: localhost"])
    }

    @Test func endpointsAreListed() throws {
        let report = try report(
            environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"]
        )
        #expect(try check(report, "endpoints").status == .warn)
        #expect(
            try check(report, "endpoints").details == [
                "s3: http://127.0.0.1:9000 (AWS_ENDPOINT_URL_S3)",
                "every service: http://127.0.0.1:4566 (AWS_ENDPOINT_URL)",
            ]
        )
    }

    @Test func aSwiftThatDoesNotStart() throws {
        tools.version = ""
        let report = try report()
        #expect(try check(report, "toolchain").status == .fail)
    }
}
