/// The IAM path of a stage's roles. CloudFormation makes their names, and shortens the stack's in them; by the path a
/// deployer's policy can name them all and no others (docs/decisions/0016-deployers.md).
package enum RolePath {
    package static func path(name: String, stage: String) -> String { "/botctl/\(name)/\(stage)/" }
}
