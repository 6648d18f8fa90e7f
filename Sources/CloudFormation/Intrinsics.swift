/// What CloudFormation itself knows
/// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html).
package enum PseudoParameter: String, Sendable, CaseIterable {
    case accountId = "AWS::AccountId"
    case notificationARNs = "AWS::NotificationARNs"
    case noValue = "AWS::NoValue"
    case partition = "AWS::Partition"
    case region = "AWS::Region"
    case stackId = "AWS::StackId"
    case stackName = "AWS::StackName"
    case urlSuffix = "AWS::URLSuffix"
}

extension TemplateValue {
    package static func ref(_ id: LogicalID) -> TemplateValue { ["Ref": .string(id.text)] }

    package static func ref(_ parameter: PseudoParameter) -> TemplateValue { ["Ref": .string(parameter.rawValue)] }

    package static func getAtt(_ id: LogicalID, _ attribute: String) -> TemplateValue {
        ["Fn::GetAtt": [.string(id.text), .string(attribute)]]
    }

    package static func sub(_ text: Substitution) -> TemplateValue { ["Fn::Sub": .string(text.text)] }

    package static func join(_ delimiter: String, _ values: [TemplateValue]) -> TemplateValue {
        ["Fn::Join": [.string(delimiter), .list(values)]]
    }

    package static func ifElse(
        _ condition: LogicalID,
        _ then: TemplateValue,
        _ otherwise: TemplateValue
    ) -> TemplateValue {
        ["Fn::If": [.string(condition.text), then, otherwise]]
    }
}

/// The text of `Fn::Sub`. What is written in source code goes in as it stands, so `${AWS::Region}` is
/// substituted; an interpolated string is data, and a `${` in it is escaped (`${!`).
package struct Substitution: Sendable, Equatable, ExpressibleByStringInterpolation {
    package let text: String

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    package struct Interpolation: StringInterpolationProtocol {
        var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        /// Data: substitutes nothing.
        package mutating func appendInterpolation(_ data: String) {
            var previous: Character?
            for character in data {
                if previous == "$", character == "{" {
                    text += "{!"
                } else {
                    text.append(character)
                }
                previous = character
            }
        }

        /// Text that substitutes already.
        package mutating func appendInterpolation(substitution: Substitution) { text += substitution.text }

        /// `${Id}`: what `Ref` gives.
        package mutating func appendInterpolation(ref id: LogicalID) { text += "${\(id.text)}" }

        /// `${Id.Attribute}`: what `Fn::GetAtt` gives.
        package mutating func appendInterpolation(_ id: LogicalID, attribute: String) {
            text += "${\(id.text).\(attribute)}"
        }
    }
}
