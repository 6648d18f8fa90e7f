import AWSCore
package import BotContract
package import BotSpec
import FoundationEssentials

/// The zip that Lambda runs: `bootstrap`, `bot.json`, `ca.pem`, and `lib/` if the handlers have one.
package struct HandlerPackage: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package var name: String
        /// Bytes, uncompressed.
        package var size: Int
        package var crc32: UInt32
        /// Lower-case hex, of the uncompressed bytes.
        package var sha256: String
    }

    package var zip: [UInt8]
    /// Of `zip`, lower-case hex.
    package var sha256: String
    /// Sorted by name.
    package var entries: [Entry]
    /// `bot.json`
    package var configuration: String

    /// Lambda takes larger ones only unpacked under 250 MB and from S3; at this size something is wrong
    /// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 50 MB zipped).
    package static let maximumZipBytes = 50 * 1024 * 1024

    /// The object in the artifact bucket: its name is its content, so equal packages are uploaded once.
    package static func artifactKey(botName: String, sha256: String) -> String { "\(botName)/\(sha256).zip" }

    /// - Parameters:
    ///   - embeddings: of the rules' sections; `nil` where they are not searched by meaning.
    ///   - projectDirectory: absolute.
    package static func make(
        spec: BotSpec,
        embeddings: BotConfiguration.Embeddings? = nil,
        handlers: BuiltHandlers,
        projectDirectory: String
    ) throws(BuildError) -> HandlerPackage {
        let folder = "\(projectDirectory)/\(spec.handlers.path)"
        var files: [(name: String, mode: UInt16, contents: [UInt8])] = []
        let configuration = try configurationJSON(for: spec, embeddings: embeddings)
        files.append((PackageLayout.configuration, 0o644, Array(configuration.utf8)))
        let authorities = "\(folder)/\(PackageLayout.certificateAuthorities)"
        guard Files.exists(authorities) else {
            throw BuildError(
                .noHandlers,
                "\(spec.handlers.path)/\(PackageLayout.certificateAuthorities) is missing",
                fix: "copy it from a new project (`botctl init`), or put your PEM file of certificate authorities there"
            )
        }
        files.append((PackageLayout.certificateAuthorities, 0o644, try Files.read(authorities)))
        for name in try HandlerSources.libraries(in: folder) {
            files.append(("lib/\(name)", 0o755, try Files.read("\(folder)/lib/\(name)")))
        }

        var entries = [
            Entry(
                name: PackageLayout.executable,
                size: handlers.size,
                crc32: handlers.crc32,
                sha256: handlers.sha256
            )
        ]
        var packed = [
            ZipEntry(
                name: PackageLayout.executable,
                mode: 0o755,
                deflated: handlers.deflated,
                crc32: handlers.crc32,
                size: handlers.size
            )
        ]
        for file in files {
            let entry = ZipWriter.entry(name: file.name, mode: file.mode, contents: file.contents)
            packed.append(entry)
            entries.append(
                Entry(
                    name: file.name,
                    size: file.contents.count,
                    crc32: entry.crc32,
                    sha256: hexEncode(AWSCore.sha256(file.contents))
                )
            )
        }
        let unpacked = entries.reduce(0) { $0 + $1.size }
        guard unpacked <= ELFGate.maximumUnpackedBytes else {
            throw tooLarge("\(unpacked) bytes unpacked, Lambda takes \(ELFGate.maximumUnpackedBytes)")
        }
        let zip = ZipWriter.archive(packed)
        guard zip.count <= maximumZipBytes else {
            throw tooLarge("\(zip.count) bytes zipped, Lambda takes \(maximumZipBytes)")
        }
        return HandlerPackage(
            zip: zip,
            sha256: hexEncode(AWSCore.sha256(zip)),
            entries: entries.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) },
            configuration: configuration
        )
    }

    /// What `bot.json` says, before it is written.
    package static func configuration(
        for spec: BotSpec,
        embeddings: BotConfiguration.Embeddings? = nil
    ) -> BotConfiguration {
        BotConfiguration(
            name: spec.name,
            stage: spec.stage,
            prompt: spec.prompt,
            model: spec.model,
            rules: RulesIndex.sections(of: spec.rules),
            retrieval: spec.retrieval,
            embeddings: embeddings,
            history: spec.history,
            limits: BotConfiguration.Limits(
                messageChars: spec.limits.messageChars,
                messagesPerMinute: spec.limits.messagesPerMinute,
                tokensPerUserPerDay: spec.limits.tokensPerUserPerDay
            ),
            auth: BotConfiguration.Auth(
                mode: spec.auth.mode,
                allowedOrigins: spec.auth.allowedOrigins,
                issuer: spec.auth.issuer,
                audience: spec.auth.audience,
                jwksUrl: spec.auth.jwksUrl
            ),
            handoff: spec.handoff.map {
                BotConfiguration.Handoff(
                    message: $0.message,
                    byModel: $0.byModel,
                    unansweredTurns: $0.unansweredTurns
                )
            },
            guardrail: spec.guardrail.map {
                BotConfiguration.Guardrail(
                    blockedMessage: $0.blockedMessage,
                    checksGrounding: $0.grounding != nil || $0.relevance != nil
                )
            },
            tools: spec.tools.map(tool)
        )
    }

    private static func tool(_ tool: BotSpec.Tool) -> BotConfiguration.Tool {
        var result = BotConfiguration.Tool(
            name: tool.name,
            description: tool.description,
            inputSchema: tool.inputSchema,
            timeout: tool.timeout,
            confirm: tool.confirm
        )
        switch tool.target {
        case .lambda(let arn): result.lambda = arn
        case .https(let url, let headers): (result.url, result.headers) = (url, headers)
        }
        return result
    }

    /// `bot.json`: sorted keys, a final newline; the same spec gives the same bytes.
    package static func configurationJSON(
        for spec: BotSpec,
        embeddings: BotConfiguration.Embeddings? = nil
    ) throws(BuildError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(configuration(for: spec, embeddings: embeddings)), as: UTF8.self)
                + "\n"
        } catch {
            throw BuildError(
                .file,
                "\(PackageLayout.configuration) cannot be encoded: \(error)",
                fix: "write a finite number for model.temperature"
            )
        }
    }

    private static func tooLarge(_ size: String) -> BuildError {
        BuildError(.tooLarge, "the package has \(size)", fix: "shorten the rules, or leave large files out of lib/")
    }

}
