/// A UTC date and time of day, by the proleptic Gregorian calendar; no leap seconds, as in POSIX time.
struct CalendarTime {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    /// 0 is Sunday.
    var weekday: Int

    init(_ timestamp: Timestamp) {
        var seconds = timestamp.milliseconds / 1000
        if timestamp.milliseconds % 1000 < 0 { seconds -= 1 }
        var days = seconds / 86400
        var rest = seconds % 86400
        if rest < 0 {
            rest += 86400
            days -= 1
        }
        hour = Int(rest / 3600)
        minute = Int(rest % 3600 / 60)
        second = Int(rest % 60)
        weekday = Int(((days + 4) % 7 + 7) % 7)

        // Howard Hinnant's civil_from_days: years begin in March, so that leap days end them.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// `nil` for a date or a time that does not exist.
    static func timestamp(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int
    ) -> Timestamp? {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        // The inverse, days_from_civil.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = Int64(era * 146_097 + dayOfEra - 719_468)
        let result = Timestamp(seconds: days * 86400 + Int64(hour * 3600 + minute * 60 + min(second, 59)))
        let check = CalendarTime(result)
        return check.day == day && check.month == month ? result : nil
    }
}

extension Timestamp {
    /// `20150830T123600Z`, ISO 8601's basic form, as `X-Amz-Date` has it.
    public var iso8601Basic: String {
        let time = CalendarTime(self)
        var text = ""
        text.reserveCapacity(16)
        text.appendPadded(time.year, 4)
        text.appendPadded(time.month, 2)
        text.appendPadded(time.day, 2)
        text += "T"
        text.appendPadded(time.hour, 2)
        text.appendPadded(time.minute, 2)
        text.appendPadded(time.second, 2)
        text += "Z"
        return text
    }

    /// `2015-08-30T12:36:00.000Z`, RFC 3339 with milliseconds.
    public var rfc3339: String {
        let time = CalendarTime(self)
        var text = ""
        text.reserveCapacity(24)
        text.appendPadded(time.year, 4)
        text += "-"
        text.appendPadded(time.month, 2)
        text += "-"
        text.appendPadded(time.day, 2)
        text += "T"
        text.appendPadded(time.hour, 2)
        text += ":"
        text.appendPadded(time.minute, 2)
        text += ":"
        text.appendPadded(time.second, 2)
        text += "."
        text.appendPadded(Int((milliseconds % 1000 + 1000) % 1000), 3)
        text += "Z"
        return text
    }

    /// Reads RFC 3339 (`2015-08-30T12:36:00Z`, with or without a fraction, `Z` or an offset).
    public init?(rfc3339 text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2), reader.skip(":"),
            let second = reader.number(2)
        else { return nil }
        var milliseconds: Int64 = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction() else { return nil }
            milliseconds = fraction
        }
        var offsetMinutes = 0
        if !reader.skip("Z"), !reader.skip("z") {
            let sign = reader.skip("+") ? 1 : reader.skip("-") ? -1 : 0
            guard sign != 0, let hours = reader.number(2), reader.skip(":"), let minutes = reader.number(2),
                hours < 24, minutes < 60
            else { return nil }
            offsetMinutes = sign * (hours * 60 + minutes)
        }
        guard reader.atEnd,
            let whole = CalendarTime.timestamp(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second
            )
        else { return nil }
        self.init(milliseconds: whole.milliseconds + milliseconds - Int64(offsetMinutes) * 60_000)
    }

    /// Reads an HTTP date in its preferred form, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","),
            parts[5] == "GMT" || parts[5] == "UTC" || parts[5] == "+0000",
            let month = monthNames.firstIndex(of: String(parts[2]))
        else { return nil }
        var day = DigitReader(String(parts[1]))
        var year = DigitReader(String(parts[3]))
        var time = DigitReader(String(parts[4]))
        guard let dayNumber = day.number(parts[1].utf8.count == 1 ? 1 : 2), day.atEnd,
            let yearNumber = year.number(4), year.atEnd,
            let hour = time.number(2), time.skip(":"), let minute = time.number(2), time.skip(":"),
            let second = time.number(2), time.atEnd,
            let result = CalendarTime.timestamp(
                year: yearNumber,
                month: month + 1,
                day: dayNumber,
                hour: hour,
                minute: minute,
                second: second
            )
        else { return nil }
        self = result
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    public var httpDate: String {
        let time = CalendarTime(self)
        var text = dayNames[time.weekday] + ", "
        text.appendPadded(time.day, 2)
        text += " " + monthNames[time.month - 1] + " "
        text.appendPadded(time.year, 4)
        text += " "
        text.appendPadded(time.hour, 2)
        text += ":"
        text.appendPadded(time.minute, 2)
        text += ":"
        text.appendPadded(time.second, 2)
        return text + " GMT"
    }
}

private let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
private let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

private struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var atEnd: Bool { position == bytes.count }

    mutating func number(_ digits: Int) -> Int? {
        guard bytes.count - position >= digits else { return nil }
        var value = 0
        for byte in bytes[position..<position + digits] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += digits
        return value
    }

    /// The digits after a decimal point as milliseconds; at least one digit, those after the third ignored.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            if count < 3 { value = value * 10 + Int64(bytes[position] - 0x30) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 3)..<3 { value *= 10 }
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }
}

extension String {
    fileprivate mutating func appendPadded(_ number: Int, _ width: Int) {
        let digits = String(number)
        for _ in digits.utf8.count..<max(width, digits.utf8.count) { append("0") }
        append(digits)
    }
}
