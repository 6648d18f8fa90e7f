/// Names a resource, parameter or output inside one template: letters and digits, 255 at most
/// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html).
package struct LogicalID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let maximumLength = 255

    package let text: String

    /// `nil` when the text is not a logical id.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= Self.maximumLength, bytes.allSatisfy(\.isLetterOrDigit) else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: LogicalID, right: LogicalID) -> Bool { left.text < right.text }
}

extension LogicalID: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// - Precondition: a logical id that is written in source code is a valid one.
    package init(stringLiteral value: String) {
        guard let id = LogicalID(value) else { preconditionFailure("\(value) is not a logical id") }
        self = id
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
