import Diagnostics
import Operations

/// What a deployed bot is reached by.
struct OutputsView {
    let outputs: BotOutputs

    func text(_ style: Style) -> String {
        var rows = [
            ["stack", "\(outputs.stack) (\(outputs.status))"],
            ["region", outputs.region],
        ]
        if let url = outputs.chatURL { rows.append(["chat", url]) }
        for (name, value) in outputs.values.sorted(by: { $0.key < $1.key })
        where name != BotOutputs.chatURLName && value != outputs.region {
            rows.append([name, visible(value)])
        }
        return aligned(rows)
    }

    var json: String { BotctlCommands.json(OutputsDocument(outputs)) }
}

struct OutputsDocument: Encodable {
    var formatVersion = 1
    var stack: String
    var region: String
    var status: String
    var outputs: [String: String]

    init(_ outputs: BotOutputs) {
        stack = outputs.stack
        region = outputs.region
        status = outputs.status
        self.outputs = outputs.values
    }
}

struct DeployView: DeploymentView {
    let result: Deploy.Result

    /// For people, beside the address.
    func headline(_ style: Style) -> String {
        let done =
            switch result.outcome {
            case .nothingToDo: "Nothing to do: \(result.outputs.stack) is up to date."
            case .created: "Created \(result.outputs.stack) in \(elapsed(result.seconds))."
            case .updated: "Updated \(result.outputs.stack) in \(elapsed(result.seconds))."
            }
        return style.bold(done) + "\n" + (result.smoke.map { Self.smoke($0, style) } ?? "")
    }

    static func smoke(_ report: SmokeTurn.Report, _ style: Style) -> String {
        var parts = [
            "connected in \(report.connect) ms", "first words after \(report.firstWords) ms",
            "answered after \(report.reply) ms",
        ]
        if let stored = report.stored { parts.append("read back in \(stored) ms") }
        return "\(style.green("✓")) \(style.faint("The bot works:")) \(parts.joined(separator: ", "))\n"
    }

    /// What scripts read: the address alone.
    var address: String { result.outputs.chatURL.map { "\($0)\n" } ?? "" }

    var json: String {
        BotctlCommands.json(
            Document(result)
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var outcome: String
        var seconds: Double
        var stack: String
        var region: String
        var status: String
        var outputs: [String: String]

        var smoke: SmokeDocument?

        init(_ result: Deploy.Result) {
            let document = OutputsDocument(result.outputs)
            outcome = result.outcome.rawValue
            seconds = result.seconds
            stack = document.stack
            region = document.region
            status = document.status
            outputs = document.outputs
            smoke = result.smoke.map(SmokeDocument.init)
        }
    }
}

/// Milliseconds.
struct SmokeDocument: Encodable {
    var connect: Int64
    var firstWords: Int64
    var reply: Int64
    var stored: Int64?

    init(_ report: SmokeTurn.Report) {
        (connect, firstWords, reply, stored) = (report.connect, report.firstWords, report.reply, report.stored)
    }
}

struct TeardownView {
    let result: Teardown.Result

    func text(_ style: Style) -> String {
        if result.foundNothing { return style.bold("Nothing to do: \(result.stack) is not there.") + "\n" }
        var text = ""
        if result.deletedStack {
            text += style.bold("Deleted the stack \(result.stack) in \(elapsed(result.seconds)).") + "\n"
        }
        for removal in result.removed { text += "Deleted the \(removal.kind) \(removal.name).\n" }
        for table in result.kept {
            text +=
                "\(style.bold("Kept")) the table \(table.name): \(table.items) item\(table.items == 1 ? "" : "s"), "
                + "\(byteCount(table.bytes)) when DynamoDB last counted. To delete it as well:\n"
                + "  \(table.deletionCommand)\n"
        }
        for resource in result.left {
            text += "\(style.bold("Left")) \(visible(resource.description))\n"
            if let command = resource.removal(in: result.region) {
                text += "To delete it once nothing stands in its way:\n  \(visible(command))\n"
            }
        }
        return text
    }

    var json: String {
        BotctlCommands.json(
            Document(
                stack: result.stack,
                deletedStack: result.deletedStack,
                kept: result.kept.map {
                    Document.Table(name: $0.name, items: $0.items, bytes: $0.bytes, deletionCommand: $0.deletionCommand)
                },
                removed: result.removed.map { Document.Removal(kind: $0.kind, name: $0.name) },
                left: result.left.map {
                    Document.Left(
                        logicalId: $0.logicalId,
                        type: $0.type,
                        reason: $0.reason,
                        deletionCommand: $0.removal(in: result.region)
                    )
                },
                seconds: result.seconds
            )
        )
    }

    private struct Document: Encodable {
        struct Table: Encodable {
            var name: String
            var items: Int64
            var bytes: Int64
            var deletionCommand: String
        }
        struct Removal: Encodable {
            var kind: String
            var name: String
        }
        struct Left: Encodable {
            var logicalId: String
            var type: String
            var reason: String
            var deletionCommand: String?
        }
        var formatVersion = 1
        var stack: String
        var deletedStack: Bool
        var kept: [Table]
        var removed: [Removal]
        var left: [Left]
        var seconds: Double
    }
}

struct SynthView {
    let files: [Synth.File]

    func text(_ style: Style) -> String {
        aligned(files.map { [$0.written ? style.green("wrote") : style.faint("unchanged"), $0.path] })
    }

    var json: String {
        BotctlCommands.json(Document(files: files.map { Document.File(path: $0.path, written: $0.written) }))
    }

    private struct Document: Encodable {
        struct File: Encodable {
            var path: String
            var written: Bool
        }
        var formatVersion = 1
        var files: [File]
    }
}

struct BuildView {
    let package: BuiltPackage

    func text(_ style: Style) -> String {
        aligned([
            ["package", package.path],
            ["size", byteCount(Int64(package.zip.count))],
            ["sha256", package.sha256],
            ["machine", package.architecture.rawValue],
        ])
    }

    var json: String {
        BotctlCommands.json(
            Document(
                package: package.path,
                bytes: package.zip.count,
                sha256: package.sha256,
                architecture: package.architecture.rawValue,
                unchanged: package.unchanged
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var package: String
        var bytes: Int
        var sha256: String
        var architecture: String
        var unchanged: Bool
    }
}

struct InitView {
    let result: Initialize.Result
    /// As the user would type it after `cd`; `nil` when it is the current folder.
    let folder: String?

    func text(_ style: Style) -> String {
        let cd = folder.map { "  cd \(Self.shellWord($0))\n" } ?? ""
        return """
            \(style.bold("Created the bot \(result.name)")) (\(plural(result.files.count, "file")) in \(result.directory)).

            Next:
            \(cd)  botctl validate     check the spec
              botctl dev          try it on this machine, live while you edit
              botctl deploy       build it and bring it to AWS
              botctl chat         talk to it

            The spec is botctl.yml; the business rules are in rules/.

            """
    }

    /// As a shell reads it: quoted where it holds more than plain characters.
    static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x80 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || "-_./+:@%,=".utf8.contains(byte)
        }
        return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }

    /// Empty when the project can be deployed as it is.
    func warning(_ style: Style) -> String {
        guard result.needsModel else { return "" }
        return """
            \(style.yellow("warning")): no model that botctl knows can be called in \(result.region), so the spec is \
            not valid yet
                \(style.faint("fix:")) choose a model of that region in the Bedrock console, and write its id to \
            model.id and model.fallback

            """
    }

    var json: String {
        BotctlCommands.json(
            Document(
                directory: result.directory,
                name: result.name,
                region: result.region,
                needsModel: result.needsModel,
                files: result.files
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var directory: String
        var name: String
        var region: String
        var needsModel: Bool
        var files: [String]
    }
}
