/// Makes lines of a program's output, however its writes were cut.
struct LineSplitter {
    /// A line that never ends is handed over in parts of this many bytes.
    static let maximumBytes = 64 * 1024
    private var pending: [UInt8] = []

    mutating func push(_ bytes: some Sequence<UInt8>, _ line: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                flush(line, evenIfEmpty: true)
            } else {
                pending.append(byte)
                if pending.count == Self.maximumBytes { flush(line, evenIfEmpty: false) }
            }
        }
    }

    mutating func finish(_ line: (String) -> Void) { flush(line, evenIfEmpty: false) }

    private mutating func flush(_ line: (String) -> Void, evenIfEmpty: Bool) {
        if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        if !pending.isEmpty || evenIfEmpty { line(String(decoding: pending, as: UTF8.self)) }
        pending.removeAll(keepingCapacity: true)
    }
}
