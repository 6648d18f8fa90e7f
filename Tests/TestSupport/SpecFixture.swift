import BotContract
package import BotSpec

/// The smallest spec there is: nothing but the required keys.
package let smallestSpec = """
    version: 1
    name: acme-support
    region: us-east-2
    prompt: You are the support agent of Acme.
    model:
      id: meta.llama3-3-70b-instruct-v1:0

    """

extension BotSpec {
    /// The smallest spec with its defaults, changed as a test wants it.
    package static func fixture(_ change: (inout BotSpec) -> Void = { _ in }) -> BotSpec {
        let result = SpecLoader.inMemory(["botctl.yml": Array(smallestSpec.utf8)])
            .load(projectDirectory: "", specFile: "botctl.yml", stage: "dev")
        guard var spec = result.spec else { preconditionFailure("the smallest spec: \(result.diagnostics)") }
        // As they are declared; the loader sorts them by key.
        let order = Dictionary(uniqueKeysWithValues: HandlerName.builtInRoutes.enumerated().map { ($1.key, $0) })
        spec.routes.sort { order[$0.key, default: .max] < order[$1.key, default: .max] }
        change(&spec)
        return spec
    }
}
