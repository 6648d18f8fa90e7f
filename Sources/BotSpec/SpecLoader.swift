package import Diagnostics

/// What the command line says instead of the file.
package struct SpecOverrides: Sendable, Equatable {
    package var region: String?

    package init(region: String? = nil) {
        self.region = region
    }
}

package struct SpecResult: Sendable {
    /// `nil` exactly if an error is among the diagnostics.
    package var spec: BotSpec?
    /// Of all stages, sorted by position.
    package var diagnostics: [Diagnostic]
    /// Of the selected stage's values.
    package var sourceMap: SpecSourceMap
    /// The stages that the spec lists, in its order.
    package var stages: [String]
    /// False where the spec lists stages, and the chosen one is not among them.
    package var isStageListed = true
    /// The files and folders that were read for it or asked for, relative to the project's folder, but for the spec's
    /// own: what a watcher has to watch.
    package var sources: [String]
    /// The spec file's text without a byte order mark, for excerpts; empty if it could not be read.
    package var source: String
}

/// Reads a spec: file, YAML, stage, types, rules. Prints nothing, and reaches files only through its two effects.
package struct SpecLoader: Sendable {
    /// Reads a file whole. A path is relative to the project's folder; the spec file's may be absolute.
    /// `isConfined` refuses files that are, links resolved, outside the folder. `limit` in bytes.
    package typealias ReadFile =
        @Sendable (_ projectDirectory: String, _ path: String, _ isConfined: Bool, _ limit: Int)
        throws(SpecFileError) -> [UInt8]
    /// The files below a folder of the project, relative to that folder, recursively; `nil` if the path is a file.
    package typealias ListFiles =
        @Sendable (_ projectDirectory: String, _ path: String) throws(SpecFileError) -> [String]?

    let readFile: ReadFile
    let listFiles: ListFiles

    package init(readFile: @escaping ReadFile, listFiles: @escaping ListFiles) {
        self.readFile = readFile
        self.listFiles = listFiles
    }

    /// The files of this machine.
    package static let live = SpecLoader(
        readFile: { directory, path, isConfined, limit throws(SpecFileError) in
            try LiveFiles.read(projectDirectory: directory, path: path, isConfined: isConfined, limit: limit)
        },
        listFiles: { directory, path throws(SpecFileError) in
            try LiveFiles.list(projectDirectory: directory, path: path)
        }
    )

    /// Files in memory, by their paths from the project's folder.
    package static func inMemory(_ files: [String: [UInt8]]) -> SpecLoader {
        SpecLoader(
            readFile: { _, path, _, limit throws(SpecFileError) in
                guard let bytes = files[path] else { throw .notFound }
                guard bytes.count <= limit else { throw .tooLarge }
                return bytes
            },
            listFiles: { _, path throws(SpecFileError) in
                if files[path] != nil { return nil }
                let prefix = path.isEmpty ? "" : path + "/"
                let below = files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
                guard !below.isEmpty else { throw .notFound }
                return below.sorted()
            }
        )
    }

    /// - Parameters:
    ///   - specFile: as the user typed it; diagnostics repeat it.
    ///   - stage: one that the spec lists, or any other name: then the base alone counts.
    package func load(
        projectDirectory: String,
        specFile: String = "botctl.yml",
        stage: String = "dev",
        overrides: SpecOverrides = SpecOverrides()
    ) -> SpecResult {
        var result = SpecResult(
            spec: nil,
            diagnostics: [],
            sourceMap: SpecSourceMap(),
            stages: [],
            sources: [],
            source: ""
        )
        let bytes: [UInt8]
        do {
            // One byte above the limit is enough for the parser to refuse the file in its own words.
            bytes = try readFile(projectDirectory, specFile, false, YAMLSource.maximumBytes)
        } catch {
            result.diagnostics = [Self.diagnostic(error, specFile: specFile)]
            return result
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        result.source = String(decoding: text, as: UTF8.self)
        do {
            let source = try YAMLSource(file: specFile, bytes: bytes)
            let (root, problems) = try YAMLParser.parse(source)
            let files = ProjectFiles(projectDirectory: projectDirectory, loader: self)
            let check = SpecCheck(
                files: files,
                file: specFile,
                stage: stage,
                overrides: overrides
            )
            check.run(root, problems: problems, into: &result)
            result.sources = files.touched
        } catch {
            result.diagnostics = [Diagnostic(error)]
        }
        return result
    }

    private static func diagnostic(_ error: SpecFileError, specFile: String) -> Diagnostic {
        let start = SourcePosition(line: 1, column: 1)
        let range = SourceRange(file: specFile, start: start, end: start)
        let (code, message, fix): (SpecCode, String, String) =
            switch error {
            case .notFound:
                (.fileUnreadable, "there is no \(specFile)", "run `botctl init`, or name the file with --spec")
            case .notAFile: (.fileUnreadable, "\(specFile) is not a file", "name a file with --spec")
            case .tooLarge:
                (.fileTooLarge, "the file is larger than 1 MB", "move long texts to promptFile and rules")
            case .outsideProject:
                (.fileUnreadable, "\(specFile) leads out of the project's folder", "name a file inside it")
            case .unreadable(let reason):
                (.fileUnreadable, "\(specFile) cannot be read: \(reason)", "check the file and its permissions")
            }
        return Diagnostic(code: code.rawValue, message: message, range: range, fix: fix)
    }
}

extension Diagnostic {
    init(_ failure: YAMLFailure) {
        self.init(code: failure.code.rawValue, message: failure.message, range: failure.range, fix: failure.fix)
    }
}
