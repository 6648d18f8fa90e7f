import AWSClients
package import AWSCore

/// A context that can only reach the local AWS: its environment has nothing of the caller's AWS, and its transport
/// refuses every other address.
package struct LocalOnly {
    /// Of the local AWS, and of what stands beside it.
    package var endpoints: [Endpoint]
    /// What AWS tools need to be told to use it.
    package var variables: [String: String]

    package init(endpoints: [Endpoint], variables: [String: String]) {
        self.endpoints = endpoints
        self.variables = variables
    }

    package func context(_ context: ProjectContext) -> ProjectContext {
        var local = context
        local.overrides.profile = nil
        local.overrides.endpointURL = nil
        // Everything here is the developer's own, and made anew with `--fresh`.
        local.assumeYes = true
        local.confirmation = context.stage
        local.effects.environment = Self.environment(context.effects.environment, with: variables)
        local.effects.transport = GuardedTransport(
            context.effects.transport ?? CurlTransport(isCancelled: context.effects.isInterrupted),
            allowed: endpoints
        )
        return local
    }

    /// Without the caller's AWS, whose profiles could name another endpoint.
    static func environment(_ caller: [String: String], with variables: [String: String]) -> [String: String] {
        let nowhere = [
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
        return caller.filter { !$0.key.hasPrefix("AWS_") }.merging(nowhere) { $1 }.merging(variables) { $1 }
    }

    /// Hosts of AWS itself, which `--endpoint-url` may not name.
    package static func isAWS(_ endpoint: Endpoint) -> Bool {
        ["amazonaws.com", "amazonaws.com.cn", "api.aws", "amazonaws.eu", "aws.dev", "on.aws"].contains {
            endpoint.host == $0 || endpoint.host.hasSuffix(".\($0)")
        }
    }
}

/// Begins nothing to an address that is not on its list.
final class GuardedTransport: HTTPTransport {
    private let inner: any HTTPTransport
    private let allowed: [Endpoint]

    init(_ inner: any HTTPTransport, allowed: [Endpoint]) {
        self.inner = inner
        self.allowed = allowed
    }

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        guard allowed.contains(where: { isSame($0, request.endpoint) }) else {
            throw TransportError(
                .connect,
                peer: request.endpoint.authority,
                detail: "`botctl dev` is local and reaches no other address"
            )
        }
        return try inner.begin(request, timeout: timeout)
    }

    /// S3 puts the bucket's name before the host.
    private func isSame(_ own: Endpoint, _ asked: Endpoint) -> Bool {
        own.scheme == asked.scheme && own.port == asked.port
            && (own.host == asked.host || asked.host.hasSuffix(".\(own.host)"))
    }
}
