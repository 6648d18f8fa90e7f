package import AWSCore

/// What a session is opened with. Every effect is in here.
package struct SessionOptions {
    package var environment: [String: String]
    /// `--profile`; like in the AWS CLI it also rules out the keys in the environment.
    package var profile: String?
    /// `--region`, or the spec's.
    package var region: String?
    /// `--endpoint-url`: for every service.
    package var endpointURL: String?
    package var clock: any WallClock
    /// `nil` for libcurl as the environment configures it.
    package var transport: (any HTTPTransport)?
    /// The file's bytes, `nil` where there is none, an error where it cannot be read.
    package var readFile: (String) throws -> [UInt8]?
    /// In [0, 1); spreads the waits between retries.
    package var random: () -> Double
    /// Asked while libcurl waits; see `CurlTransport`.
    package var isCancelled: () -> Bool
    package var log: ((AWSAttempt) -> Void)?
    /// What the profile's way to credentials may need.
    package var credentials: CredentialsEffects

    package init(
        environment: [String: String],
        profile: String? = nil,
        region: String? = nil,
        endpointURL: String? = nil,
        clock: any WallClock,
        transport: (any HTTPTransport)? = nil,
        readFile: @escaping (String) throws -> [UInt8]?,
        random: @escaping () -> Double = { Double.random(in: 0..<1) },
        isCancelled: @escaping () -> Bool = { false },
        log: ((AWSAttempt) -> Void)? = nil,
        credentials: CredentialsEffects = .none
    ) {
        self.environment = environment
        self.profile = profile
        self.region = region
        self.endpointURL = endpointURL
        self.clock = clock
        self.transport = transport
        self.readFile = readFile
        self.random = random
        self.isCancelled = isCancelled
        self.log = log
        self.credentials = credentials
    }
}
