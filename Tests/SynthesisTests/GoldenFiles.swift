import Glibc

/// Reads and writes the files beside these tests.
enum GoldenFiles {
    static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })
    static let folder = "\(root)/Tests/SynthesisTests/Goldens"

    /// Goldens are recorded anew only when asked by name.
    static var recording: Bool { getenv("BOTCTL_RECORD_GOLDENS").map { String(cString: $0) } == "1" }

    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        let written = fwrite(Array(text.utf8), 1, text.utf8.count, file)
        return fclose(file) == 0 && written == text.utf8.count
    }
}
