import FoundationEssentials
package import Glibc

/// A folder of its own below /tmp, that is gone after the test.
package final class TemporaryFolder {
    package let path: String

    package init() {
        var template = Array("/tmp/botctl-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("\(SystemCallFailed("mkdtemp"))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove() }

    /// For those who hand out nothing but the path: the folder stays until here.
    package func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Makes the folders above it.
    /// - Returns: the file's path.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> String {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file, options: .atomic)
        guard chmod("\(path)/\(name)", mode) == 0 else { throw SystemCallFailed("chmod") }
        return "\(path)/\(name)"
    }

    @discardableResult
    package func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
        try write(name, Array(text.utf8), mode: mode)
    }

    /// Nothing for a file that is not there.
    package func text(_ name: String) -> String { readText("\(path)/\(name)") ?? "" }

    package func lines(_ name: String) -> [String] { text(name).split(separator: "\n").map(String.init) }
}

package struct SystemCallFailed: Error, CustomStringConvertible {
    package var call: String
    package var code: Int32

    package init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
