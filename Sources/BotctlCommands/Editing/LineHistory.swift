/// The lines that were sent before, newest last.
struct LineHistory: Equatable {
    static let maximumLines = 500

    private(set) var lines: [String] = []

    /// A line that is the same as the one before is kept once.
    mutating func add(_ line: String) {
        guard !line.isEmpty, line != lines.last else { return }
        lines.append(line)
        if lines.count > Self.maximumLines { lines.removeFirst(lines.count - Self.maximumLines) }
    }

    /// The newest line before `index` that holds the text, letter case not counted.
    func match(_ text: String, before index: Int) -> Int? {
        guard !text.isEmpty else { return nil }
        let wanted = text.lowercased()
        return lines.indices.prefix(max(0, index)).last { lines[$0].lowercased().contains(wanted) }
    }
}

extension LineHistory {
    /// One line of the file for each of the history's, whose own line ends and backslashes are escaped.
    init(file: String) {
        for line in file.split(separator: "\n").suffix(Self.maximumLines) { add(Self.unescaped(line)) }
    }

    var file: String { lines.map { Self.escaped($0) + "\n" }.joined() }

    static func escaped(_ line: String) -> String {
        var result = ""
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescaped(_ line: Substring) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                result.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
