/// Why a text is not a template.
package struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case notJSON = "template-not-json"
        case unexpectedCharacter = "template-unexpected-character"
        case unexpectedEnd = "template-unexpected-end"
        case trailingText = "template-trailing-text"
        case badNumber = "template-bad-number"
        case badString = "template-bad-string"
        case nullValue = "template-null"
        case duplicateKey = "template-duplicate-key"
        case tooDeep = "template-too-deep"
        case tooLarge = "template-too-large"
        case badShape = "template-bad-shape"
    }

    package let code: Code
    package let message: String
    /// Both count from 1; columns in bytes. 0 when the fault is not at one place.
    package let line: Int
    package let column: Int

    package var description: String {
        let place = line > 0 ? " at line \(line), column \(column)" : ""
        return
            "[\(code.rawValue)] \(message)\(place); read templates as CloudFormation's JSON, with TemplateStage=Original"
    }
}
