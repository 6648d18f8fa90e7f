/// The few forms of DER (ITU-T X.690) that a public key and a signature are made of.
enum DER {
    static func sequence(_ parts: [[UInt8]]) -> [UInt8] { tagged(0x30, parts.flatMap { $0 }) }

    /// A number of any size that is not negative, from its bytes, the highest first.
    static func unsignedInteger(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        // The highest bit would be a sign.
        if digits.isEmpty || digits[0] >= 0x80 { digits.insert(0, at: 0) }
        return tagged(0x02, digits)
    }

    /// A bit string of whole bytes.
    static func bitString(_ bytes: [UInt8]) -> [UInt8] { tagged(0x03, [0] + bytes) }

    static let null: [UInt8] = [0x05, 0x00]

    /// - Parameter encoded: the identifier's content, already encoded.
    static func objectIdentifier(_ encoded: [UInt8]) -> [UInt8] { tagged(0x06, encoded) }

    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length: [UInt8]
        if content.count < 0x80 {
            length = [UInt8(content.count)]
        } else {
            length = []
            var rest = content.count
            while rest > 0 {
                length.insert(UInt8(rest & 0xFF), at: 0)
                rest >>= 8
            }
            length.insert(0x80 | UInt8(length.count), at: 0)
        }
        return [tag] + length + content
    }
}
