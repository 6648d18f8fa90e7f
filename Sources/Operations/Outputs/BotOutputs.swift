import AWSClients
import AWSCore
import BotSpec
import Synthesis

/// What a deployed bot is reached by.
package struct BotOutputs: Sendable, Equatable {
    package var stack: String
    package var region: String
    /// The stack's status, in CloudFormation's word.
    package var status: String
    /// The stack's outputs, and `chatUrl`.
    package var values: [String: String]

    /// Where clients connect, as reachable from here.
    package var chatURL: String? { values[Self.chatURLName] }
    package static let chatURLName = "chatUrl"

    package init(stack: String, region: String, status: String, values: [String: String]) {
        self.stack = stack
        self.region = region
        self.status = status
        self.values = values
    }

    init(_ deployed: Stack, _ cloud: Cloud) {
        var values = deployed.outputs
        // Somebody's own endpoint for `@connections` alone (of a VPC) says nothing of where clients connect.
        let isEmulated = ["cloudformation", "execute-api"].allSatisfy(cloud.session.isEndpointConfigured)
        let endpoint = isEmulated ? cloud.session.endpoint("execute-api") : nil
        values[Self.chatURLName] = Self.chatURL(of: deployed.outputs, endpoint: endpoint)
        self.init(stack: deployed.name, region: cloud.session.region, status: deployed.status.word, values: values)
    }

    /// The stack knows the URL on AWS; an emulator serves every API under a path of one port.
    static func chatURL(of outputs: [String: String], endpoint: Endpoint?) -> String? {
        guard let endpoint else { return outputs[StackOutputs.webSocketUrl.text] }
        guard let api = outputs[StackOutputs.apiId.text], let stage = outputs[StackOutputs.stageName.text] else {
            return nil
        }
        let scheme = endpoint.scheme == .https ? "wss" : "ws"
        return "\(scheme)://\(endpoint.authority)\(endpoint.basePath)/_aws/execute-api/\(api)/\(stage)"
    }
}

/// `botctl outputs`: the names and addresses of what is deployed.
package struct Outputs {
    /// - Throws: `notDeployed` when there is no stack, or one that was never executed.
    package static func run(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> BotOutputs {
        let spec = try context.loadSpec(telling: host).spec
        let cloud = try Cloud(context, region: spec.region)
        if spec.account != nil { _ = try cloud.signIn(spec, host) }
        return BotOutputs(try cloud.deployedStack(of: spec), cloud)
    }
}
