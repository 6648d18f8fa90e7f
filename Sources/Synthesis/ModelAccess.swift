import BotContract
import BotSpec
import CloudFormation

/// What invoking the spec's models needs.
enum ModelAccess {
    /// Converse is authorised as the former, ConverseStream as the latter; actions of their own do not exist
    /// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
    static let actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]

    static func statements(for spec: BotSpec) -> [TemplateValue] {
        var models = [(sid: "Model", id: spec.model.id)]
        if let fallback = spec.model.fallback, fallback != spec.model.id {
            models.append((sid: "FallbackModel", id: fallback))
        }
        var all = models.flatMap { statements($0.sid, model: $0.id, region: spec.region) }
        if spec.searchesByMeaning {
            all.append(
                RoleResource.allow(
                    "EmbeddingsModel",
                    ["bedrock:InvokeModel"],
                    [foundationModel(spec.embeddings.model, region: spec.region)]
                )
            )
        }
        return all
    }

    private static func statements(_ sid: String, model: String, region: String) -> [TemplateValue] {
        let isARN = model.hasPrefix("arn:")
        // `arn:aws:bedrock:us-east-2:111122223333:inference-profile/us.meta…`: kind and id follow the account.
        let resource = isARN ? model.split(separator: ":", maxSplits: 5).last.map(String.init) ?? "" : ""
        let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
        let kind = parts.first ?? ""
        if kind == "application-inference-profile" {
            // Which models it routes to is known to Bedrock alone; they answer through the profile only.
            let models: TemplateValue = .sub("arn:${AWS::Partition}:bedrock:*::foundation-model/*")
            return statements(sid, profile: .string(model), models: [models])
        }
        let id = kind == "inference-profile" && parts.count == 2 ? parts[1] : model
        guard let profile = InferenceProfile(id) else {
            return [RoleResource.allow(sid, actions, [isARN ? .string(model) : foundationModel(model, region: region)])]
        }
        var models = profile.regions(from: region).map { foundationModel(profile.model, region: $0) }
        // A global profile is authorised on the model without a region
        // (https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html).
        if profile.isGlobal { models.append(foundationModel(profile.model, region: "")) }
        let arn: TemplateValue =
            isARN
            ? .string(model)
            : .sub("arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/\(model)")
        return statements(sid, profile: arn, models: models)
    }

    /// A profile, and the models of its regions, which answer through the profile only
    /// (https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html).
    private static func statements(_ sid: String, profile: TemplateValue, models: [TemplateValue]) -> [TemplateValue] {
        [
            RoleResource.allow("\(sid)Profile", actions, [profile]),
            RoleResource.allow(
                sid,
                actions,
                models,
                condition: ["ArnEquals": ["bedrock:InferenceProfileArn": profile]]
            ),
        ]
    }

    private static func foundationModel(_ id: String, region: String) -> TemplateValue {
        .sub("arn:${AWS::Partition}:bedrock:\(region)::foundation-model/\(id)")
    }
}

/// A cross-region inference profile: a geography before a model's id.
struct InferenceProfile: Equatable {
    let geography: String
    let model: String

    /// `nil` when the id is a model's own (`meta.llama3-3-70b-instruct-v1:0`).
    init?(_ id: String) {
        let parts = id.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] == Self.global || Self.destinations[parts[0]] != nil else { return nil }
        geography = parts[0]
        model = parts[1]
    }

    var isGlobal: Bool { geography == Self.global }

    /// Where a request that enters in a region may run.
    func regions(from source: String) -> [String] {
        let destinations = Self.destinations[geography] ?? []
        return destinations.contains(source) ? destinations : (destinations + [source]).sorted()
    }

    private static let global = "global"

    /// Every region that some profile of a geography routes to; which of them a profile uses depends on the
    /// model and on the region that calls
    /// (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html).
    static let destinations: [String: [String]] = [
        "apac": [
            "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1",
            "ap-southeast-2", "ap-southeast-4",
        ],
        "au": ["ap-southeast-2", "ap-southeast-4"],
        "ca": ["ca-central-1", "ca-west-1"],
        "eu": [
            "eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3",
        ],
        "jp": ["ap-northeast-1", "ap-northeast-3"],
        "us": ["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
        "us-gov": ["us-gov-east-1", "us-gov-west-1"],
    ]
}
