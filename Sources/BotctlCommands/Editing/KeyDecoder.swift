/// Makes keys of the bytes that a terminal sends: UTF-8, control characters, and the escape sequences of ECMA-48 as
/// xterm and its kin use them (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). A sequence that it does
/// not know is swallowed whole, so that its tail is not taken for typed text.
struct KeyDecoder {
    /// More of one paste is dropped: a bot takes far less.
    static let maximumPaste = 64 << 10
    private static let maximumParameters = 32
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private enum State: Equatable {
        case ground
        /// Bytes of a character that is not whole.
        case character([UInt8], needed: Int, isAlt: Bool)
        case escape
        case sequence([UInt8])
        /// `ESC O`: the next byte names a key.
        case single
        /// A string for the terminal (OSC, DCS, APC, PM, SOS), until BEL or ST.
        case string(sawEscape: Bool)
        /// `tail` is how much of the end mark has come.
        case paste(tail: Int)
    }

    private var state = State.ground
    /// Beside the state, so that a byte more does not copy all of them.
    private var pasted: [UInt8] = []

    /// An Escape key looks like the beginning of a sequence: when nothing follows within a moment, `settle` says so.
    var isUndecided: Bool { state == .escape }

    /// The keys that are complete with these bytes.
    mutating func push(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { take(byte, &keys) }
        return keys
    }

    /// No more bytes came for a moment.
    mutating func settle() -> [Key] {
        guard isUndecided else { return [] }
        state = .ground
        return [.escape]
    }

    private mutating func take(_ byte: UInt8, _ keys: inout [Key]) {
        switch state {
        case .ground: ground(byte, isAlt: false, &keys)
        case .character(var bytes, let needed, let isAlt):
            guard byte & 0xC0 == 0x80 else {
                state = .ground
                keys.append(.text("\u{FFFD}"))
                return ground(byte, isAlt: false, &keys)
            }
            bytes.append(byte)
            guard bytes.count == needed else { return state = .character(bytes, needed: needed, isAlt: isAlt) }
            state = .ground
            if !isAlt { keys.append(.text(String(decoding: bytes, as: UTF8.self))) }
        case .escape: escape(byte, &keys)
        case .sequence(var parameters):
            if (0x40...0x7E).contains(byte) {
                state = .ground
                finish(parameters, byte, &keys)
            } else if (0x20...0x3F).contains(byte), parameters.count < Self.maximumParameters {
                parameters.append(byte)
                state = .sequence(parameters)
            } else {
                // Broken off: by a control character, or by what no sequence is as long as.
                state = .ground
                if byte < 0x20 { ground(byte, isAlt: false, &keys) }
            }
        case .single:
            state = .ground
            if let key = Self.cursorKey(byte, isWord: false) { keys.append(key) }
            // Of the keypad.
            if byte == UInt8(ascii: "M") { keys.append(.enter) }
            if byte < 0x20 { ground(byte, isAlt: false, &keys) }
        case .string(let sawEscape):
            if byte == 0x07 || (sawEscape && byte == 0x5C) {
                state = .ground
            } else if byte == 0x03 {
                // A string without an end must not swallow the way out.
                state = .ground
                keys.append(.interrupt)
            } else {
                state = .string(sawEscape: byte == 0x1B)
            }
        case .paste(let tail): paste(tail, byte, &keys)
        }
    }

    private mutating func ground(_ byte: UInt8, isAlt: Bool, _ keys: inout [Key]) {
        state = .ground
        switch byte {
        case 0x1B: state = .escape
        case 0..<0x20, 0x7F: if let key = Self.controlKey(byte) { keys.append(key) }
        case 0x20..<0x7F: keys.append(.text(String(Character(Unicode.Scalar(byte)))))
        case 0xC2...0xDF: state = .character([byte], needed: 2, isAlt: isAlt)
        case 0xE0...0xEF: state = .character([byte], needed: 3, isAlt: isAlt)
        case 0xF0...0xF4: state = .character([byte], needed: 4, isAlt: isAlt)
        default: keys.append(.text("\u{FFFD}"))
        }
    }

    private mutating func escape(_ byte: UInt8, _ keys: inout [Key]) {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .sequence([])
        case UInt8(ascii: "O"): state = .single
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            state = .string(sawEscape: false)
        case 0x1B:
            state = .escape
            keys.append(.escape)
        case 0x0D, 0x0A: keys.append(.newline)
        case 0x7F, 0x08: keys.append(.killWordBack)
        case UInt8(ascii: "b"), UInt8(ascii: "B"): keys.append(.wordLeft)
        case UInt8(ascii: "f"), UInt8(ascii: "F"): keys.append(.wordRight)
        case UInt8(ascii: "d"), UInt8(ascii: "D"): keys.append(.killWord)
        case 0x20..<0x7F: break
        default: ground(byte, isAlt: true, &keys)
        }
    }

    /// `ESC [ parameters final`.
    private mutating func finish(_ parameters: [UInt8], _ final: UInt8, _ keys: inout [Key]) {
        let fields = String(decoding: parameters, as: UTF8.self).split(separator: ";", omittingEmptySubsequences: false)
        // The second field counts the modifiers from 1: Alt is 2 of them, Ctrl 4.
        let modifiers = fields.count > 1 ? max(0, (Int(fields[1]) ?? 1) - 1) : 0
        let isWord = modifiers & 0b110 != 0
        guard final == UInt8(ascii: "~") else {
            if let key = Self.cursorKey(final, isWord: isWord) { keys.append(key) }
            return
        }
        switch fields.first.flatMap({ Int($0) }) {
        case 1, 7: keys.append(.home)
        case 4, 8: keys.append(.end)
        case 3: keys.append(isWord ? .killWord : .delete)
        case 200:
            pasted = []
            state = .paste(tail: 0)
        default: break
        }
    }

    private mutating func paste(_ before: Int, _ byte: UInt8, _ keys: inout [Key]) {
        var tail = before
        if byte == Self.pasteEnd[tail] {
            tail += 1
            guard tail < Self.pasteEnd.count else {
                state = .ground
                keys.append(.paste(String(decoding: pasted, as: UTF8.self)))
                pasted = []
                return
            }
        } else {
            // What looked like the end mark was text.
            keep(Self.pasteEnd[..<tail])
            tail = byte == 0x1B ? 1 : 0
            if byte == 0x03 {
                // Terminals take control characters out of a paste, so this is the key, and the end mark is lost.
                state = .ground
                pasted = []
                keys.append(.interrupt)
                return
            }
            if tail == 0 { keep(CollectionOfOne(byte)) }
        }
        state = .paste(tail: tail)
    }

    private mutating func keep(_ bytes: some Collection<UInt8>) {
        if pasted.count < Self.maximumPaste { pasted += bytes }
    }

    private static func controlKey(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x01: .home
        case 0x02: .left
        case 0x03: .interrupt
        case 0x04: .endOfInput
        case 0x05: .end
        case 0x06: .right
        case 0x07: .escape
        case 0x08, 0x7F: .backspace
        case 0x09: .tab
        case 0x0B: .killToEnd
        case 0x0C: .clearScreen
        case 0x0A, 0x0D: .enter
        case 0x0E: .down
        case 0x10: .up
        case 0x12: .search
        case 0x14: .transpose
        case 0x15: .killToStart
        case 0x17: .killWordBack
        case 0x19: .yank
        case 0x1A: .suspend
        default: nil
        }
    }

    private static func cursorKey(_ byte: UInt8, isWord: Bool) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): isWord ? .wordRight : .right
        case UInt8(ascii: "D"): isWord ? .wordLeft : .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        default: nil
        }
    }
}
