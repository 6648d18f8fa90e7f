extension Frame {
    public static let maximumMessageIdLength = 64
    /// How many messages one `history` frame, and the tail in `welcome`, hold at most.
    public static let pageSize = 20

    /// 1 to 64 of `A-Z a-z 0-9 - _`: it becomes part of a sort key, so it cannot hold its separators.
    public static func isMessageId(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= maximumMessageIdLength && bytes.allSatisfy(isIdByte)
    }

    /// An API Gateway connection id: URL-safe or plain base64, at most 128 characters.
    public static func isChatId(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= 128
            && bytes.allSatisfy {
                isIdByte($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
            }
    }

    /// `<turnId>.<0 or 1>`, as in `ChatMessage.id`.
    public static func isHistoryId(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 28 && bytes[26] == UInt8(ascii: ".")
            && (bytes[27] == UInt8(ascii: "0") || bytes[27] == UInt8(ascii: "1"))
            && isTurnId(bytes[..<26])
    }

    /// A `turnId`, as in `Confirmation.id`.
    public static func isTurnId(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count == 26 && bytes.allSatisfy { TableLayout.turnIdAlphabet.contains($0) }
    }

    private static func isIdByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
