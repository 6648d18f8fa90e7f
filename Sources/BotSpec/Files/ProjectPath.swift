/// Paths in the spec are relative to the project's folder and stay inside it.
enum ProjectPath {
    /// Whether the path, read as text, stays inside. Symbolic links are the reader's matter.
    static func isInside(_ path: String) -> Bool {
        guard !path.isEmpty, !path.hasPrefix("/"), !path.hasPrefix("~"), !path.contains("\\"), !path.contains("\0")
        else {
            return false
        }
        return !path.split(separator: "/").contains("..")
    }

    /// Without `.` parts and doubled or trailing slashes: `./rules//` is `rules`.
    static func normalized(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
