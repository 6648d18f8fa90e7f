import Operations

struct RetrieveView {
    let answer: Retrieve.Answer

    func text(_ style: Style) -> String {
        var text = ""
        for hit in answer.hits.prefix(Retrieve.shown) {
            var scores = ["score \(decimal(hit.score, 3))"]
            if let lexical = hit.lexical { scores.append("words \(decimal(lexical, 2))") }
            if let cosine = hit.cosine { scores.append("meaning \(decimal(cosine, 2))") }
            text += "\(style.bold(hit.id))  \(hit.heading)  \(style.faint(scores.joined(separator: ", ")))\n"
        }
        if answer.hits.isEmpty { text += "No rule shares a word with the question.\n" }
        if !answer.covered { text += style.yellow("No rule seems to be about this; the bot is told so.") + "\n" }
        return text
    }

    var json: String {
        BotctlCommands.json(
            Document(
                mode: answer.mode.rawValue,
                covered: answer.covered,
                followUp: answer.followUp,
                hits: answer.hits
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var mode: String
        var covered: Bool
        var followUp: Bool
        var hits: [Retrieve.Answer.Hit]
    }
}

struct RetrievalQualityView {
    let quality: RetrievalQuality

    func text(_ style: Style) -> String {
        let head = ["kind", "questions", "recall@1", "recall@3", "MRR", "recognised"]
        var rows = [head]
        for score in quality.scores {
            rows.append([
                score.kind, String(score.questions), percent(score.recallAt1), percent(score.recallAt3),
                score.mrr.map { decimal($0, 2) } ?? "-", percent(score.recognised),
            ])
        }
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.enumerated().map { number, row in
            let line = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
            return (number == 0 ? style.bold(line) : line) + "\n"
        }.joined()
    }

    var json: String { BotctlCommands.json(Document(scores: quality.scores)) }

    private struct Document: Encodable {
        var formatVersion = 1
        var scores: [RetrievalQuality.Score]
    }

    private func percent(_ share: Double?) -> String { share.map { "\(Int(($0 * 100).rounded())) %" } ?? "-" }
}

/// With a fixed number of digits after the point.
private func decimal(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let rest = String(scaled % scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return "\(sign)\(scaled / scale).\(String(repeating: "0", count: digits - rest.count))\(rest)"
}
