import AWSCore
import Operations

struct StatusView {
    let status: StageStatus

    func text(_ style: Style) -> String {
        var rows = [["stack", "\(style.bold(status.stack)) in \(status.region)"], ["state", state(style)]]
        if let reason = status.reason, !reason.isEmpty { rows.append(["", visible(reason)]) }
        if let changed = status.updated ?? status.created {
            let author = status.author.map { " by \(visible($0))" } ?? ""
            rows.append([status.updated == nil ? "created" : "changed", "\(changed.rfc3339)\(author)"])
        }
        if let note = HotswapNote(status.hotswap).sentence { rows.append(["running", style.yellow(note)]) }
        if status.isProtected { rows.append(["protected", "against deletion"]) }
        if let url = status.chatURL { rows.append(["chat", url]) }
        let counts = status.resources.sorted { $0.key < $1.key }.map { "\($0.value) \(words($0.key))" }
        rows.append(["resources", counts.isEmpty ? "none" : counts.joined(separator: ", ")])
        var text = aligned(rows)
        for resource in status.notable {
            let mark = resource.status.hasSuffix("_FAILED") ? style.red("✗") : style.faint("·")
            text += "  \(mark) \(visible(resource.logicalId))  \(style.faint(shortType(resource.type)))"
            text += "  \(words(resource.status))\n"
            if let reason = resource.reason { text += "      \(visible(reason))\n" }
        }
        return text
    }

    private func state(_ style: Style) -> String {
        if status.isAtWork { return style.yellow(status.status) + " (botctl events --follow joins it)" }
        return status.status.hasSuffix("_FAILED") ? style.red(status.status) : status.status
    }

    private func words(_ status: String) -> String { status.split(separator: "_").joined(separator: " ").lowercased() }

    var json: String {
        BotctlCommands.json(
            Document(
                stack: status.stack,
                region: status.region,
                status: status.status,
                atWork: status.isAtWork,
                reason: status.reason,
                created: status.created?.rfc3339,
                updated: status.updated?.rfc3339,
                author: status.author,
                protected: status.isProtected,
                chatUrl: status.chatURL,
                resources: status.resources,
                notable: status.notable.map {
                    Document.Resource(logicalId: $0.logicalId, type: $0.type, status: $0.status, reason: $0.reason)
                },
                hotswap: HotswapNote(status.hotswap).document
            )
        )
    }

    private struct Document: Encodable {
        struct Resource: Encodable {
            var logicalId: String
            var type: String
            var status: String
            var reason: String?
        }
        var formatVersion = 1
        var stack: String
        var region: String
        var status: String
        var atWork: Bool
        var reason: String?
        var created: String?
        var updated: String?
        var author: String?
        var protected: Bool
        var chatUrl: String?
        var resources: [String: Int]
        var notable: [Resource]
        var hotswap: HotswapNote.Document?
    }
}

struct EventsView {
    let result: StageEvents.Result

    func text(_ style: Style) -> String {
        let rows = result.events.map { event in
            let mark = event.failed ? style.red("✗") : event.isDone ? style.green("✓") : style.faint("·")
            return [
                event.time.rfc3339, mark, visible(event.logicalId), style.faint(shortType(event.type)), event.status,
                visible(event.reason ?? ""),
            ].reversed().drop { $0.isEmpty }.reversed() as [String]
        }
        return aligned(rows) + "\(result.stack) is in \(result.status).\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                stack: result.stack,
                status: result.status,
                events: result.events.map {
                    Document.Event(
                        time: $0.time.rfc3339,
                        logicalId: $0.logicalId,
                        type: $0.type,
                        status: $0.status,
                        reason: $0.reason
                    )
                }
            )
        )
    }

    private struct Document: Encodable {
        struct Event: Encodable {
            var time: String
            var logicalId: String
            var type: String
            var status: String
            var reason: String?
        }
        var formatVersion = 1
        var stack: String
        var status: String
        var events: [Event]
    }
}

struct BotListView {
    let result: BotList.Result

    func text(_ style: Style) -> String {
        let place = "account \(result.account), \(result.region)"
        guard !result.bots.isEmpty else { return "No bots in \(place).\n" }
        let rows = result.bots.map { bot in
            [
                style.bold(visible(bot.name)), visible(bot.stage), bot.status, bot.changed?.rfc3339 ?? "",
                bot.chatURL ?? "",
            ]
        }
        return aligned([["bot", "stage", "state", "changed", "chat"].map(style.faint)] + rows)
            + "\(plural(result.bots.count, "stage")) in \(place)\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                account: result.account,
                region: result.region,
                bots: result.bots.map {
                    Document.Bot(
                        name: $0.name,
                        stage: $0.stage,
                        stack: $0.stack,
                        status: $0.status,
                        changed: $0.changed?.rfc3339,
                        chatUrl: $0.chatURL
                    )
                }
            )
        )
    }

    private struct Document: Encodable {
        struct Bot: Encodable {
            var name: String
            var stage: String
            var stack: String
            var status: String
            var changed: String?
            var chatUrl: String?
        }
        var formatVersion = 1
        var account: String
        var region: String
        var bots: [Bot]
    }
}
