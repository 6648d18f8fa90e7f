/// How CloudFormation carries out an operation on a stack
/// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html).
package struct DeploymentConfig: Sendable, Equatable {
    package enum Mode: String, Sendable {
        /// An operation is done when every resource is ready.
        case standard = "STANDARD"
        /// An operation is done when the configuration is applied. A stack whose express operation failed is to be
        /// taken further in the same mode.
        case express = "EXPRESS"
    }

    package var mode: Mode
    /// Leave what failed as it is. In express mode that is what CloudFormation does unless told otherwise.
    package var disablesRollback: Bool

    package init(_ mode: Mode, disablesRollback: Bool = false) {
        self.mode = mode
        self.disablesRollback = disablesRollback
    }
}

extension QueryForm {
    mutating func add(_ deployment: DeploymentConfig?) {
        add("DeploymentConfig.Mode", deployment?.mode.rawValue)
        add("DeploymentConfig.DisableRollback", deployment?.disablesRollback)
    }
}
