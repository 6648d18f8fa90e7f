import CYAML
import Diagnostics

/// libyaml's event stream over a source. Owns the C parser.
final class YAMLEvents {
    struct Scalar {
        var text: String
        var anchor: String?
        var tag: String?
        var isPlain: Bool
    }

    struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd
            case alias(String)
            case scalar(Scalar)
            case sequenceStart(anchor: String?, tag: String?)
            case sequenceEnd
            case mappingStart(anchor: String?, tag: String?)
            case mappingEnd
        }
        var kind: Kind
        /// Scalar indices.
        var start: Int
        var end: Int
    }

    private let source: YAMLSource
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init?(_ source: YAMLSource) {
        self.source = source
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(1, source.bytes.count))
        _ = input.initialize(from: source.bytes)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            input.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, source.bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    func next() throws(YAMLFailure) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw YAMLSyntaxExplanation.failure(of: parser.pointee, in: source)
        }
        defer { yaml_event_delete(&event) }
        return Event(kind: kind(of: event), start: Int(event.start_mark.index), end: Int(event.end_mark.index))
    }

    private func kind(of event: yaml_event_t) -> Event.Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            return .scalar(
                Scalar(
                    text: data.value.map {
                        String(decoding: UnsafeBufferPointer(start: $0, count: Int(data.length)), as: UTF8.self)
                    } ?? "",
                    anchor: text(data.anchor),
                    tag: text(data.tag),
                    isPlain: data.style == YAML_PLAIN_SCALAR_STYLE
                )
            )
        case YAML_SEQUENCE_START_EVENT:
            return .sequenceStart(
                anchor: text(event.data.sequence_start.anchor),
                tag: text(event.data.sequence_start.tag)
            )
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            return .mappingStart(anchor: text(event.data.mapping_start.anchor), tag: text(event.data.mapping_start.tag))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        // No event at all means that the stream is over.
        default: return .streamEnd
        }
    }

    private func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
