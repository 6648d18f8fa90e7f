/// Reads a stream of server-sent events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation), in pieces of any
/// size: lines may end in CR, LF or CRLF, and a character's bytes may come in two pieces.
package struct ServerSentEvents: Sendable {
    package struct Event: Sendable, Equatable {
        /// Empty where the stream gives none.
        package var name: String
        /// Lines of `data`, joined by line ends.
        package var data: String

        package init(name: String = "", data: String) {
            self.name = name
            self.data = data
        }
    }

    package struct TooLong: Error, Equatable {}

    /// One event's bytes; no answer of a model is near it.
    package static let maximumBytes = 8 << 20

    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8]?
    private var ready: [Event] = []
    private var isFirstLine = true
    private var followsCarriageReturn = false

    package init() {}

    /// - Throws: `TooLong` where one event is longer than `maximumBytes`.
    package mutating func push(_ bytes: some Sequence<UInt8>) throws(TooLong) {
        for byte in bytes {
            let ends = byte == 0x0D || (byte == 0x0A && !followsCarriageReturn)
            let isSecondHalf = byte == 0x0A && followsCarriageReturn
            followsCarriageReturn = byte == 0x0D
            if ends {
                endLine()
            } else if !isSecondHalf {
                line.append(byte)
                guard line.count + (data?.count ?? 0) <= Self.maximumBytes else { throw TooLong() }
            }
        }
    }

    /// The stream has ended. An event without its blank line counts all the same: not every server sends the last
    /// one, and half an event is no JSON.
    package mutating func close() {
        if !line.isEmpty { endLine() }
        dispatch()
    }

    /// What is complete, once.
    package mutating func takeEvents() -> [Event] {
        defer { ready = [] }
        return ready
    }

    private mutating func endLine() {
        defer { line.removeAll(keepingCapacity: true) }
        var text = line[...]
        if isFirstLine {
            isFirstLine = false
            if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        }
        guard let first = text.first else { return dispatch() }
        // A comment keeps the connection alive.
        if first == UInt8(ascii: ":") { return }
        let colon = text.firstIndex(of: UInt8(ascii: ":"))
        var value = colon.map { text[($0 + 1)...] } ?? []
        if value.first == 0x20 { value = value.dropFirst() }
        switch String(decoding: text[..<(colon ?? text.endIndex)], as: UTF8.self) {
        case "data": append(value)
        case "event": name = String(decoding: value, as: UTF8.self)
        case "error":
            // llama.cpp's server has written a failure in mid-stream as a field of this name.
            name = "error"
            append(value)
        default: break
        }
    }

    private mutating func append(_ value: ArraySlice<UInt8>) {
        data = data.map { $0 + [0x0A] + value } ?? Array(value)
    }

    private mutating func dispatch() {
        if let data { ready.append(Event(name: name, data: String(decoding: data, as: UTF8.self))) }
        data = nil
        name = ""
    }
}
