import CloudFormation
import TestSupport

extension SeededGenerator {
    mutating func text() -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "$", "{", "}", "é", "€", "日",
            "\u{2028}", "\u{FFFD}", "😀", "\u{10FFFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &self) { text.append(alphabet.randomElement(using: &self)!) }
        return String(text)
    }

    mutating func value(depth: Int = 0) -> TemplateValue {
        switch Int.random(in: 0...(depth > 4 ? 3 : 5), using: &self) {
        case 0: .string(text())
        // The peer keeps 53 bits.
        case 1: .int(Int.random(in: -(1 << 53)...(1 << 53), using: &self))
        case 2: .double(Double.random(in: -1e20...1e20, using: &self))
        case 3: .bool(Bool.random(using: &self))
        case 4: .list((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth + 1) })
        default: .map(map(depth: depth + 1))
        }
    }

    mutating func map(depth: Int = 0) -> TemplateMap {
        var map = TemplateMap()
        for _ in 0..<Int.random(in: 0...4, using: &self) { map[text()] = value(depth: depth + 1) }
        return map
    }

    mutating func template() -> Template {
        var template = Template(description: text())
        for index in 0..<Int.random(in: 1...5, using: &self) {
            template.add(Resource("Resource\(index)", "AWS::Test::Type", map()))
        }
        return template
    }
}
