import CloudFormation
import FoundationEssentials

/// What Foundation's decoder, which is not ours, reads from a text.
indirect enum PeerJSON: Decodable, Equatable {
    case string(String)
    case number(Double)
    case bool(Bool)
    case list([PeerJSON])
    case map([String: PeerJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([PeerJSON].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: PeerJSON].self))
        }
    }

    init(_ value: TemplateValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .int(let number): self = .number(Double(number))
        case .double(let number): self = .number(number)
        case .bool(let flag): self = .bool(flag)
        case .list(let values): self = .list(values.map(PeerJSON.init))
        case .map(let map): self = PeerJSON(map)
        }
    }

    init(_ map: TemplateMap) {
        self = .map(Dictionary(uniqueKeysWithValues: map.entries.map { ($0.key, PeerJSON($0.value)) }))
    }

    /// `nil` when the peer refuses the text.
    static func read(_ text: String) -> PeerJSON? {
        try? JSONDecoder().decode(PeerJSON.self, from: Data(text.utf8))
    }
}
