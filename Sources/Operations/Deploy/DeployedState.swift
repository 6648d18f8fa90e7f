import CloudFormation
import Planning

/// What is deployed, as far as it could be read, to be compared with what would be.
struct DeployedState {
    /// `nil` when there is no stack.
    var template: String?
    var parameters: [String: String]
    /// Of the deployed package; `nil` where it has none.
    var manifest: String?

    func plan(to desired: DesiredStack, manifest desiredManifest: String?) throws(OperationError) -> Plan {
        let local = PlanInput(
            template: desired.template,
            parameters: desired.parameters,
            package: desiredManifest.flatMap { PackageManifest(json: $0) }?.contents
        )
        guard let template else { return Plan(deployed: nil, local: local) }
        let deployed: Template
        do throws(TemplateError) {
            deployed = try Template.parse(template)
        } catch {
            throw OperationError(
                .stackState,
                "the deployed template of \(desired.name) was not made by botctl",
                details: ["\(error)"],
                fix: "choose another `name` or --stage, or delete that stack"
            )
        }
        // The same package needs no manifest to be compared.
        let isSame = parameters[ArtifactParameter.key] == desired.parameters[ArtifactParameter.key]
        let contents = isSame ? local.package : manifest.flatMap { PackageManifest(json: $0) }?.contents
        return Plan(
            deployed: PlanInput(template: deployed, parameters: parameters, package: contents),
            local: local
        )
    }
}
