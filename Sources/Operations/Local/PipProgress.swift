/// How far pip is, from the lines that it writes; it knows itself only once it is done.
struct PipProgress {
    /// MiniStack and what it needs, on the newest Python; where it is a few more, the bar waits at its end.
    static let expectedPackages = 17.0
    /// What the folder of the Python takes before, and the unpacking after.
    private static let beginning = 0.1
    private static let end = 0.9

    private(set) var share = Self.beginning
    private(set) var step = "looking for packages"
    private var collected = 0.0
    private var downloaded = 0.0

    /// - Returns: whether there is something new to show.
    mutating func take(_ line: String) -> Bool {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "Collecting" where words.count > 1:
            collected += 1
            step = "looking for \(Self.package(words[1]))"
            return advance(0.3 * collected / Self.expectedPackages)
        case "Downloading" where words.count > 1 && !words[1].hasSuffix(".metadata"):
            downloaded += 1
            step = "downloading \(words[1...].joined(separator: " "))"
            return advance(0.3 + 0.7 * (downloaded - 1) / Self.expectedPackages)
        case "Progress":
            // `--progress-bar raw`: "Progress 81920 of 4567890".
            guard words.count == 4, let done = Double(words[1]), let all = Double(words[3]), all > 0, downloaded > 0
            else { return false }
            return advance(0.3 + 0.7 * (downloaded - 1 + min(done / all, 1)) / Self.expectedPackages)
        case "Installing":
            step = "unpacking"
            return advance(1)
        default: return false
        }
    }

    /// Never backwards.
    private mutating func advance(_ part: Double) -> Bool {
        share = max(share, Self.beginning + (Self.end - Self.beginning) * min(part, 1))
        return true
    }

    /// `hypercorn>=0.18.0` → `hypercorn`
    private static func package(_ requirement: String) -> String {
        String(requirement.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) })
    }
}
