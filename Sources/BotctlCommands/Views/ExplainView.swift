import Operations

/// What codes mean.
struct ExplainView {
    private let explanations: [Explain.Explanation]
    private let isList: Bool

    init(one: Explain.Explanation) {
        explanations = [one]
        isList = false
    }

    init(all: [Explain.Explanation]) {
        explanations = all
        isList = true
    }

    func text(_ style: Style) -> String {
        if isList { return aligned(explanations.map { [style.bold($0.code), $0.meaning] }) }
        return explanations.map { explanation in
            var rows = [["meaning", explanation.meaning]]
            if let example = explanation.example { rows.append(["example", example]) }
            rows.append(["way out", explanation.wayOut])
            return style.bold(explanation.code) + "\n" + aligned(rows, indent: "  ")
        }.joined()
    }

    var json: String {
        BotctlCommands.json(
            Document(
                codes: explanations.map {
                    Document.Code(code: $0.code, meaning: $0.meaning, example: $0.example, wayOut: $0.wayOut)
                }
            )
        )
    }

    private struct Document: Encodable {
        struct Code: Encodable {
            var code: String
            var meaning: String
            var example: String?
            var wayOut: String
        }
        var formatVersion = 1
        var codes: [Code]
    }
}
