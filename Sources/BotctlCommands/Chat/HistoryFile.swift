import FoundationEssentials
import Glibc

/// Where the lines that a user sent to a bot outlive the chat; readable for the user only. Two chats at a time keep
/// the lines of both, as long as they do not write at the very same moment.
struct HistoryFile {
    private static let maximumBytes = 1 << 20
    let path: String

    func load() -> LineHistory {
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.maximumBytes else {
            return LineHistory()
        }
        return LineHistory(file: String(decoding: data, as: UTF8.self))
    }

    /// A line that cannot be kept is no reason to end a chat, so there is no error.
    func add(_ line: String) {
        var history = load()
        history.add(line)
        let folder = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let draft = "\(path).\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let isWritten = writeAll(Array(history.file.utf8), to: descriptor)
        close(descriptor)
        if !isWritten || rename(draft, path) != 0 { unlink(draft) }
    }
}

/// - Returns: false when not all of it could be written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
        let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 { done += count } else if errno != EINTR { return false }
    }
    return true
}
