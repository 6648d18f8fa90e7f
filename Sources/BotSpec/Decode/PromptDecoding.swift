import Diagnostics

/// The prompt, and the business rules, from the spec or from files beside it.
extension SpecDecoder {
    func prompt(_ reader: MapReader) -> String {
        if reader.has("prompt"), reader.has("promptFile") {
            findings.report(
                .conflictingKeys,
                "the spec has both `prompt` and `promptFile`",
                at: reader.keyRange("promptFile"),
                fix: "delete one of the two",
                isLocal: false
            )
        }
        if reader.has("prompt") { return reader.string("prompt") ?? "" }
        guard reader.has("promptFile") else {
            reader.require("prompt", example: "You are the support agent of …")
            return ""
        }
        guard let path = insidePath("promptFile", reader) else { return "" }
        return text(of: path, limit: PromptRules.promptBytes, tooLarge: .promptTooLarge, at: "promptFile") ?? ""
    }

    func rules(_ reader: MapReader) -> [BotSpec.RuleDocument] {
        guard let path = insidePath("rules", reader) else { return [] }
        let files: [String]?
        do {
            files = try self.files.list(path)
        } catch {
            report(error, path: path, at: "rules")
            return []
        }
        guard let files else {
            guard isMarkdown(path) else {
                findings.markBroken("rules")
                findings.report(
                    .rulesNotMarkdown,
                    "rules must be Markdown: \(path) does not end in .md",
                    at: findings.sourceMap.range(of: "rules"),
                    fix: "name a .md file, or a folder of them"
                )
                return []
            }
            return document(path).map { [$0] } ?? []
        }
        let documents = files.filter(isMarkdown).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return documents.compactMap { document(path.isEmpty ? $0 : "\(path)/\($0)") }
    }

    private func document(_ path: String) -> BotSpec.RuleDocument? {
        text(of: path, limit: PromptRules.ruleFileBytes, tooLarge: .rulesTooLarge, at: "rules")
            .map { BotSpec.RuleDocument(file: path, text: $0) }
    }

    private func isMarkdown(_ path: String) -> Bool { path.lowercased().hasSuffix(".md") }

    private func insidePath(_ key: String, _ reader: MapReader) -> String? {
        guard let path = reader.string(key) else { return nil }
        guard ProjectPath.isInside(path) else {
            reportOutside(path, at: key)
            return nil
        }
        return ProjectPath.normalized(path)
    }

    /// The file's text, its line ends as in the file, without a byte order mark.
    private func text(of path: String, limit: Int, tooLarge: SpecCode, at key: String) -> String? {
        let bytes: [UInt8]
        do {
            bytes = try files.read(path, limit: limit)
        } catch .tooLarge {
            findings.markBroken(key)
            findings.report(
                tooLarge,
                "\(path) is larger than \(limit / 1024) KB",
                at: findings.sourceMap.range(of: key),
                fix: "shorten it, or move what is not always needed to `rules`"
            )
            return nil
        } catch {
            report(error, path: path, at: key)
            return nil
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: content, as: UTF8.self), !content.contains(0) else {
            findings.markBroken(key)
            findings.report(
                .textNotUTF8,
                "\(path) is not UTF-8 text",
                at: findings.sourceMap.range(of: key),
                fix: "save it as UTF-8"
            )
            return nil
        }
        return text
    }

    private func report(_ error: SpecFileError, path: String, at key: String) {
        findings.markBroken(key)
        let range = findings.sourceMap.range(of: key)
        switch error {
        case .outsideProject: reportOutside(path, at: key)
        case .notFound:
            findings.report(
                .fileMissing,
                "there is no \(path) in the project",
                at: range,
                fix: "create it, or correct the path"
            )
        case .notAFile:
            findings.report(.fileMissing, "\(path) is not a file", at: range, fix: "name a file")
        case .tooLarge:
            findings.report(.rulesTooLarge, "\(path) is too large", at: range, fix: "shorten it")
        case .unreadable(let reason):
            findings.report(
                .fileMissing,
                "\(path) cannot be read: \(reason)",
                at: range,
                fix: "check the file and its permissions"
            )
        }
    }

    private func reportOutside(_ path: String, at key: String) {
        findings.markBroken(key)
        findings.report(
            .pathOutsideProject,
            path.isEmpty ? "`\(key)` is empty" : "`\(MapReader.shortened(path))` leads out of the project's folder",
            at: findings.sourceMap.range(of: key),
            fix: "name a file below the project's folder, without `..`, links out of it, or a leading `/`"
        )
    }
}
