import AWSClients
import AWSCore
import TestSupport
import Testing

@testable import BotctlCommands
@testable import Operations

/// The views of `doctor` and `login`.
@Suite struct AccessViewTests {
    private static let report = DoctorReport(
        checks: [
            .init("spec", .ok, "botctl.yml: shop, stage dev"),
            .init(
                "endpoints",
                .warn,
                "not all calls",
                details: ["s3: http://x (AWS_ENDPOINT_URL_S3)"],
                fix: "unset it"
            ),
            .init("credentials", .fail, "no AWS credentials found\u{1B}[2J", fix: "run `aws configure`"),
            .init("identity", .skip, "nobody to ask about"),
        ],
        sources: [SourceReport("environment", .notConfigured, "AWS_ACCESS_KEY_ID is not set")]
    )

    @Test func doctor() {
        let view = DoctorView(report: Self.report)
        expectGolden(view.text(.plain), "doctor.txt")
        expectGolden(view.text(Style(isColoured: true)), "doctor-colour.txt")
        expectGolden(view.json.replacing(BotctlVersion.text, with: "VERSION"), "doctor.json")
        let healthy = DoctorView(report: DoctorReport(checks: [.init("spec", .ok, "right")], sources: []))
        #expect(healthy.text(.plain) == "✓ spec  right\nNothing is in the way.\n")
    }

    @Test func login() {
        var result = Login.Result(
            profile: "deployer",
            session: "corp",
            startURL: "https://corp.example/start",
            region: "eu-west-1",
            expires: Timestamp(seconds: 1_790_000_000),
            isRenewable: true,
            file: "/h/.aws/sso/cache/x.json"
        )
        var parts = [LoginView(result: result).text(.plain), LoginView(result: result).json]
        (result.session, result.isRenewable) = (nil, false)
        parts += [LoginView(result: result).text(.plain), LoginView(result: result).json]
        expectGolden(parts.joined(separator: "---\n"), "login.txt")
    }

    @Test func theConfirmation() {
        var view = ProgressView(style: .plain, isLive: true)
        let drawing = view.draw(
            .confirmSignIn(url: "https://d.example/", completeURL: "https://d.example/?c=A\u{1B}", code: "ABCD-EFGH")
        )
        #expect(
            drawing.text == """
                Open this address in a browser, on any device, and confirm the code ABCD-EFGH:

                  https://d.example/?c=A␛

                or type the code at https://d.example/


                """
        )
        #expect(drawing.transient?.plain == "  waiting for the confirmation …")
    }

    @Test func doctorsExitStatus() {
        let machine = TestMachine()
        machine.environment = ["HOME": "/h", "AWS_PROFILE": "nobody", "PATH": "/nonexistent"]
        #expect(machine.run("doctor", "--json") == .failed)
        #expect(machine.error.isEmpty)
        let document = try? JSONValue.parse(machine.output)
        #expect(document?["formatVersion"] == 1 && document?["failed"] == true)
        let statuses = document?["checks"]?.arrayValue?.map { $0["status"]?.stringValue }
        #expect(statuses == ["warn", "fail", "skip", "skip", "skip", "skip", "fail", "warn"])
    }

    @Test func loginWithoutASignIn() {
        let machine = TestMachine()
        machine.environment = ["HOME": "/h"]
        #expect(machine.run("login") == .noPermission)
        #expect(machine.output.isEmpty && machine.error.contains("aws configure sso"))
    }
}
