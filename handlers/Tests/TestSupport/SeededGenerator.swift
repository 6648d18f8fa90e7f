/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators): the same seed gives the same
/// test data everywhere, so that a failure can be found again.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    package mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    package mutating func text(_ alphabet: String, _ lengths: ClosedRange<Int>) -> String {
        let characters = Array(alphabet)
        return String((0..<Int.random(in: lengths, using: &self)).map { _ in pick(characters) })
    }

    /// Text out of the given parts, so that what matters is met often.
    package mutating func text(_ parts: [String], upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in pick(parts) }.joined()
    }

    /// A copy with one to four bytes changed, removed, added or repeated.
    package mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let position = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0 where !bytes.isEmpty: bytes[position] = UInt8.random(in: 0...255, using: &self)
            case 1 where !bytes.isEmpty: bytes.remove(at: position)
            case 2: bytes.insert(pick(Array("\r\n:;,{}[]\"\\<>&/0159-aF \u{0}\u{7F}".utf8)), at: position)
            case 3 where !bytes.isEmpty:
                let end = min(bytes.count, position + Int.random(in: 1...16, using: &self))
                bytes.insert(contentsOf: bytes[position..<end], at: position)
            default: bytes.removeLast(min(bytes.count, Int.random(in: 0...8, using: &self)))
            }
        }
        return bytes
    }
}
