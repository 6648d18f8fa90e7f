import Testing

@testable import Operations

@Suite struct InstallationTests {
    @Test(arguments: [
        ("pip 24.1 from /x/pip (python 3.12)", true), ("pip 24.0 from /x (python 3.12)", false),
        ("pip 23.2.1 from /x (python 3.11)", false), ("pip 25.0.1 from /x (python 3.13)", true),
        ("pip 100.0 from /x", true), ("", false), ("pip", false), ("pip x.y", false),
    ])
    func knowsWhichPipTellsBytes(_ line: String, _ tells: Bool) { #expect(PipVersion(line).tellsBytes == tells) }

    @Test func theBarFollowsPip() {
        let lines: [(text: String, step: String)] = [
            ("Looking in indexes: https://pypi.org/simple", "looking for packages"),
            ("Collecting ministack==1.5.33", "looking for ministack"),
            ("  Downloading ministack-1.5.33-py3-none-any.whl.metadata (60 kB)", "looking for ministack"),
            ("Collecting hypercorn>=0.18.0 (from ministack==1.5.33)", "looking for hypercorn"),
            (
                "Downloading ministack-1.5.33-py3-none-any.whl (4.1 MB)",
                "downloading ministack-1.5.33-py3-none-any.whl (4.1 MB)"
            ),
            ("Progress 2050000 of 4100000", "downloading ministack-1.5.33-py3-none-any.whl (4.1 MB)"),
            ("Progress x of 0", "downloading ministack-1.5.33-py3-none-any.whl (4.1 MB)"),
            (
                "Downloading botocore-1.43.106-py3-none-any.whl (14.6 MB)",
                "downloading botocore-1.43.106-py3-none-any.whl (14.6 MB)"
            ),
            ("Installing collected packages: six, ministack", "unpacking"),
        ]
        var progress = PipProgress()
        var share = progress.share
        for line in lines {
            _ = progress.take(line.text)
            #expect(progress.step == line.step)
            #expect(progress.share >= share, "never backwards")
            share = progress.share
        }
        #expect(share > 0.89 && share < 0.91)
    }

    @Test func moreIsNeverMoreThanAll() {
        var progress = PipProgress()
        for index in 0..<100 {
            _ = progress.take("Collecting p\(index)")
            _ = progress.take("Downloading p\(index)-1.whl (1 kB)")
            _ = progress.take("Progress 9 of 1")
            #expect((0...0.9001).contains(progress.share))
        }
    }

    @Test(arguments: [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "no room"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n"
                + "ERROR: Could not find a version that satisfies the requirement ministack==1.5.33\n"
                + "ERROR: No matching distribution found for ministack==1.5.33",
            "no package index can be reached"
        ),
        ("ERROR: No matching distribution found for ministack==1.5.33", "has not all"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("The virtual environment was not created successfully because ensurepip is not available.", "ensurepip"),
        ("Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden'))", "proxy"),
        ("Error: [Errno 13] Permission denied: '/x'", "cannot be written"),
        ("Segmentation fault", "could not be installed"),
    ])
    func saysWhy(_ output: String, _ part: String) {
        let error = InstallationFailure.of(
            output: output.split(separator: "\n").map(String.init) + ["Progress 1 of 2", " "]
        )
        #expect(error.message.contains(part) && error.code == .local && !error.fix.isEmpty)
        #expect(!error.details.isEmpty && !error.details.contains { $0.hasPrefix("Progress") || $0 == " " })
    }
}
