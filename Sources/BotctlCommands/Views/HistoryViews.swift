import Operations

struct HistoryView {
    let result: History.Result

    func text(_ style: Style) -> String {
        let hotswap = HotswapNote(result.hotswap).text(style)
        guard !result.entries.isEmpty else { return "No deployment of \(result.stack) is on record.\n" + hotswap }
        return hotswap
            + aligned(
                result.entries.map { entry in
                    [
                        entry.isDeployed ? style.green("▸") : " ", style.bold(entry.record.id),
                        package(entry.record), "by \(visible(entry.record.author))",
                    ]
                }
            )
    }

    private func package(_ record: DeploymentRecord) -> String {
        let name = record.package.flatMap { $0.split(separator: "/").last } ?? "-"
        return "package \(name.prefix(12))"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                stack: result.stack,
                deployments: result.entries.map {
                    Document.Entry(
                        id: $0.record.id,
                        author: $0.record.author,
                        package: $0.record.package,
                        template: $0.record.templateHash,
                        deployed: $0.isDeployed
                    )
                },
                hotswap: HotswapNote(result.hotswap).document
            )
        )
    }

    private struct Document: Encodable {
        struct Entry: Encodable {
            var id: String
            var author: String
            var package: String?
            var template: String
            var deployed: Bool
        }
        var formatVersion = 1
        var stack: String
        var deployments: [Entry]
        var hotswap: HotswapNote.Document?
    }
}

struct GarbageCollectView {
    let result: GarbageCollection.Result

    func text(_ style: Style) -> String {
        let size = byteCount(result.bytes)
        let kept = "\(plural(result.kept, "deployment")) can still be gone back to"
        guard !result.unneeded.isEmpty else { return "Nothing to remove from \(result.bucket); \(kept).\n" }
        let list = result.unneeded.map { "  \(style.red("-")) \(visible($0))\n" }.joined()
        let what = "\(plural(result.unneeded.count, "object")) (\(size))"
        return list
            + (result.isDeleted ? "Removed \(what) from" : "Would remove \(what) from")
            + " \(result.bucket); \(kept).\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                bucket: result.bucket,
                objects: result.unneeded,
                bytes: result.bytes,
                kept: result.kept,
                deleted: result.isDeleted
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var bucket: String
        var objects: [String]
        var bytes: Int64
        var kept: Int
        var deleted: Bool
    }
}
