/// How much of something is done, in twenty cells and a number.
enum InstallationBar {
    private static let cells = 20

    /// - Parameter share: from 0 to 1; what is outside counts as the nearer end.
    static func text(_ share: Double) -> String {
        let share = share.isFinite ? min(max(share, 0), 1) : 0
        let full = Int(share * Double(cells))
        let percent = String(Int(share * 100))
        return "[" + String(repeating: "█", count: full) + String(repeating: "·", count: cells - full) + "] "
            + String(repeating: " ", count: 3 - percent.count) + percent + " %"
    }
}
