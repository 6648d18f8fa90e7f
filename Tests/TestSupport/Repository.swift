import FoundationEssentials

/// This repository, found from where its tests were compiled.
package enum Repository {
    package static let root = String(#filePath.dropLast("/Tests/TestSupport/Repository.swift".count))

    /// - Parameter path: relative to the repository.
    package static func path(_ path: String) -> String { "\(root)/\(path)" }
}

/// A file's text; `nil` when it cannot be read.
package func readText(_ path: String) -> String? {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
}

/// A file's bytes.
package func readBytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path))) }
