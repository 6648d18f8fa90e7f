import ArgumentParser

/// A number with `s`, `m`, `h` or `d`; without a unit, seconds.
struct TimeSpan: ExpressibleByArgument, Equatable, CustomStringConvertible {
    var seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        // Nine digits of days are far from overflowing.
        guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(digits)
        else { return nil }
        seconds = number * (unit ?? 1)
    }

    var description: String {
        if seconds % 3_600 == 0 { return "\(seconds / 3_600)h" }
        return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
    var defaultValueDescription: String { description }
}
