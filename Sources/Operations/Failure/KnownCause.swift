/// A way in which AWS refuses a deployment, recognised by its words: what it means here, and what to do.
package struct KnownCause: Sendable, Equatable {
    /// Stable: `AWS201`. 1 models, 2 quotas, 3 permissions, 4 what is there already, 5 the services themselves.
    package var code: String
    /// Prefix of the resource types that say it; empty for all.
    package var type: String
    /// Lower case; all of them are in what AWS says.
    var phrases: [String]
    /// As AWS says it.
    package var example: String
    /// One sentence without a full stop.
    package var meaning: String
    /// Imperative, without a full stop.
    package var wayOut: String
    /// The key of the spec that is closest to it.
    package var specPath: String?

    init(
        _ code: String,
        of type: String = "",
        saying phrases: [String],
        example: String,
        means meaning: String,
        wayOut: String,
        specPath: String? = nil
    ) {
        self.code = code
        self.type = type
        self.phrases = phrases
        self.example = example
        self.meaning = meaning
        self.wayOut = wayOut
        self.specPath = specPath
    }

    /// Among an error's details.
    package var sentence: String { "\(code): \(meaning)" }

    /// The special before the general: the first that fits is the cause.
    package static let all = models + quotas + permissions + state + services

    /// - Parameters:
    ///   - reason: in the resource's, or the call's, own words.
    ///   - type: `AWS::Lambda::Function`; `nil` where a call failed and no resource.
    package static func find(reason: String, type: String? = nil) -> KnownCause? {
        let reason = reason.lowercased()
        return all.first { cause in
            (type.map { $0.hasPrefix(cause.type) } ?? cause.type.isEmpty)
                && cause.phrases.allSatisfy { reason.contains($0) }
        }
    }
}
