/// What is known of Bedrock models. A model that is not here is used as the spec says, with a warning.
/// Regions: https://docs.aws.amazon.com/bedrock/latest/userguide/models-regions.html and
/// https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html;
/// features: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html;
/// output: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html.
package enum ModelCatalog {
    package struct Entry: Sendable {
        package var id: String
        /// Where the model itself can be called.
        package var onDemand: [String]
        /// Where its cross-region inference profile can be called, by the profile's prefix.
        package var profiles: [String: [String]]
        /// The most tokens of one reply.
        package var maximumTokens: Int
        package var hasTools: Bool
        /// Whether ConverseStream takes tools.
        package var streamsWithTools: Bool
    }

    package static let defaultId = "meta.llama3-3-70b-instruct-v1:0"

    private static let usProfile = ["us": ["us-east-1", "us-east-2", "us-west-2"]]

    package static let entries: [Entry] = [
        llama("meta.llama3-3-70b-instruct-v1:0", onDemand: ["us-east-2"], profiles: usProfile),
        llama("meta.llama3-1-8b-instruct-v1:0", onDemand: ["us-west-2"], profiles: usProfile),
        llama("meta.llama3-1-70b-instruct-v1:0", onDemand: ["us-west-2"], profiles: usProfile),
        llama(
            "meta.llama3-8b-instruct-v1:0",
            onDemand: ["us-east-1", "us-west-2", "ap-south-1", "ca-central-1", "eu-west-2", "us-gov-west-1"],
            profiles: [:],
            hasTools: false
        ),
        llama(
            "meta.llama3-70b-instruct-v1:0",
            onDemand: ["us-east-1", "us-west-2", "ap-south-1", "ca-central-1", "eu-west-2", "us-gov-west-1"],
            profiles: [:],
            hasTools: false
        ),
    ]

    private static func llama(
        _ id: String,
        onDemand: [String],
        profiles: [String: [String]],
        hasTools: Bool = true
    ) -> Entry {
        Entry(
            id: id,
            onDemand: onDemand,
            profiles: profiles,
            maximumTokens: 2048,
            hasTools: hasTools,
            streamsWithTools: false
        )
    }

    /// Every id that the catalog knows, inference profiles included.
    static let allIds = entries.flatMap { entry in [entry.id] + entry.profiles.keys.sorted().map { "\($0).\(entry.id)" }
    }

    /// The entry behind a model id or the id of an inference profile, and the profile's prefix.
    package static func find(_ id: String) -> (entry: Entry, profile: String?)? {
        for entry in entries {
            if entry.id == id { return (entry, nil) }
            for profile in entry.profiles.keys where "\(profile).\(entry.id)" == id { return (entry, profile) }
        }
        return nil
    }
}
