import Planning

struct DeployedState {
    var template: String?
    var parameters: [String: String]
    var manifest: String?

    func plan(to desired: DesiredStack, package: BuiltPackage) throws(OperationError) -> Plan {
        Plan(createsStack: template == nil)
    }
}
