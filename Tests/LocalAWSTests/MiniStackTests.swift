import Testing

@testable import LocalAWS

@Suite struct MiniStackTests {
    struct Search: Sendable {
        var asked: String?
        var environment: [String: String]
        var present: Set<String>
        var found: String?
    }

    @Test(arguments: [
        Search(asked: "/a/m", environment: ["BOTCTL_MINISTACK": "/b/m"], present: ["/a/m", "/b/m"], found: "/a/m"),
        Search(asked: "/a/m", environment: ["BOTCTL_MINISTACK": "/b/m"], present: ["/b/m"], found: nil),
        Search(environment: ["BOTCTL_MINISTACK": "/b/m"], present: ["/b/m", "/p/.venv/bin/ministack"], found: "/b/m"),
        Search(environment: ["BOTCTL_MINISTACK": "/b/m"], present: ["/p/.venv/bin/ministack"], found: nil),
        Search(
            environment: ["PATH": "/bin"],
            present: ["/p/.venv/bin/ministack", "/bin/ministack"],
            found: "/p/.venv/bin/ministack"
        ),
        Search(
            environment: ["PATH": "rel:/x:/bin"],
            present: ["rel/ministack", "/bin/ministack"],
            found: "/bin/ministack"
        ),
        Search(environment: ["BOTCTL_MINISTACK": ""], present: [], found: nil),
        Search(environment: [:], present: [], found: nil),
    ])
    func isFoundInOrder(_ search: Search) throws {
        let locator = MiniStackLocator(environment: search.environment, isExecutable: search.present.contains)
        if let found = search.found {
            #expect(try locator.find(asked: search.asked, projectDirectory: "/p") == found)
        } else {
            let error = #expect(throws: LocalAWSError.self) {
                try locator.find(asked: search.asked, projectDirectory: "/p")
            }
            #expect(error?.code == .ministackMissing)
        }
    }

    @Test func theInstallCommandIsInTheError() {
        let error = #expect(throws: LocalAWSError.self) {
            try MiniStackLocator(environment: [:], isExecutable: { _ in false }).find(asked: nil, projectDirectory: ".")
        }
        #expect(error?.fix.contains("pip install ministack==1.5.33") == true)
    }

    @Test func theServerGetsNothingOfTheCallers() {
        let environment = MiniStackEnvironment(
            port: 4566,
            region: "eu-west-1",
            accountId: "111122223333",
            directory: "/d",
            bedrockURL: "http://127.0.0.1:9",
            connectionsURL: "http://127.0.0.1:8",
            lambdaConcurrency: 7,
            path: "/bin"
        )
        #expect(
            environment.variables == [
                "PATH": "/bin", "HOME": "/d", "TMPDIR": "/d/tmp", "PYTHONUNBUFFERED": "1", "GATEWAY_PORT": "4566",
                "BIND_HOST": "127.0.0.1", "AUTH": "true", "MINISTACK_REGION": "eu-west-1",
                "MINISTACK_ACCOUNT_ID": "111122223333", "STATE_DIR": "/d/state", "S3_DATA_DIR": "/d/s3",
                "LAMBDA_ACCOUNT_CONCURRENCY": "7", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9",
                "BOTCTL_MANAGEMENT_ENDPOINT": "http://127.0.0.1:8/_aws/execute-api/{apiId}/{stage}",
            ]
        )
    }

    @Test func aStateThatIsKeptIsWrittenAndRead() {
        var environment = MiniStackEnvironment(
            port: 1,
            region: "eu-west-1",
            accountId: "111122223333",
            directory: "/d",
            bedrockURL: "http://127.0.0.1:9",
            connectionsURL: "http://127.0.0.1:8",
            lambdaConcurrency: 7,
            path: "/bin"
        )
        let fleeting = environment.variables
        environment.keepsState = true
        let kept = environment.variables
        #expect(Set(kept.keys).subtracting(fleeting.keys) == ["PERSIST_STATE", "S3_PERSIST"])
        #expect(kept["PERSIST_STATE"] == "1" && kept["S3_PERSIST"] == "1" && kept["STATE_DIR"] == "/d/state")
    }

    @Test func webSocketURL() {
        #expect(
            LocalAWS.webSocketURL(endpoint: "http://127.0.0.1:1", apiId: "ab", stage: "dev")
                == "ws://127.0.0.1:1/_aws/execute-api/ab/dev"
        )
    }

    /// Time stands still but for the pauses.
    static func wait(healthyAfter: Int, exitsAfter: Int = .max, cancelledAfter: Int = .max) throws(LocalAWSError) -> Int
    {
        var probes = 0
        var elapsed = Duration.zero
        try MiniStackHealth(
            timeout: .seconds(1),
            probe: {
                probes += 1
                return probes > healthyAfter
            },
            hasExited: { probes >= exitsAfter },
            isCancelled: { probes >= cancelledAfter },
            elapsed: { elapsed },
            pause: { elapsed += $0 },
            log: { "the log" }
        ).wait()
        return probes
    }

    @Test func waitsForHealth() throws {
        #expect(try Self.wait(healthyAfter: 0) == 1)
        #expect(try Self.wait(healthyAfter: 30) == 31)
        for (error, code) in [
            (
                #expect(throws: LocalAWSError.self) { try Self.wait(healthyAfter: .max) },
                LocalAWSError.Code.ministackUnhealthy
            ),
            (#expect(throws: LocalAWSError.self) { try Self.wait(healthyAfter: 9, exitsAfter: 3) }, .ministackExited),
            (
                #expect(throws: LocalAWSError.self) { try Self.wait(healthyAfter: 9, cancelledAfter: 3) },
                .ministackUnhealthy
            ),
        ] {
            #expect(error?.code == code)
        }
    }

    @Test func aServerThatDoesNotStartIsExplained() throws {
        let error = #expect(throws: LocalAWSError.self) {
            try LocalAWS.start(.init(region: "us-east-2", ministack: "/bin/false", environment: [:]))
        }
        #expect(error?.code == .ministackExited)
    }
}
