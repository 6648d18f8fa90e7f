/// Where the local AWS listens, and how to use it.
struct LocalView {
    let endpoint: String
    let environment: [(name: String, value: String)]
    /// What answers in the place of Bedrock.
    let model: String
    /// Of shell exports, as the user named it.
    let file: String?

    func text(_ style: Style) -> String {
        var text =
            "\(style.bold("A local AWS listens on \(endpoint)")); Ctrl-C stops it.\nModel: \(model)\n\nIn another terminal:\n"
        if let file {
            text += "  . \(file)\n"
        } else {
            for (name, value) in environment { text += "  export \(name)='\(value)'\n" }
        }
        return text + "  botctl deploy\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                endpoint: endpoint,
                model: model,
                environment: Dictionary(uniqueKeysWithValues: environment.map { ($0.name, $0.value) })
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var endpoint: String
        var model: String
        var environment: [String: String]
    }
}
