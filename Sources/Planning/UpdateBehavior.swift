/// What CloudFormation does to a resource when a property changes: the create-only properties of the resource
/// types that botctl's templates use, conditional ones included. A test compares this table with the published
/// schemas (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schemas.html).
package enum UpdateBehavior {
    package static let replacing: [String: Set<String>] = [
        "AWS::ApiGatewayV2::Api": ["ProtocolType"],
        "AWS::ApiGatewayV2::Authorizer": ["ApiId"],
        "AWS::ApiGatewayV2::Integration": ["ApiId"],
        "AWS::ApiGatewayV2::Route": ["ApiId"],
        "AWS::ApiGatewayV2::Stage": ["ApiId", "StageName"],
        "AWS::Bedrock::Guardrail": [],
        "AWS::Bedrock::GuardrailVersion": ["Description", "GuardrailIdentifier"],
        "AWS::CloudFront::Distribution": [],
        "AWS::CloudFront::OriginAccessControl": [],
        "AWS::CloudWatch::Alarm": ["AlarmName"],
        "AWS::CloudWatch::Dashboard": ["DashboardName"],
        "AWS::DynamoDB::Table": ["ImportSourceSpecification", "KeySchema", "TableName"],
        "AWS::IAM::OIDCProvider": ["Url"],
        "AWS::IAM::Role": ["Path", "RoleName"],
        "AWS::Lambda::Function": ["DurableConfig", "FunctionName", "PackageType", "TenancyConfig"],
        "AWS::Lambda::Permission": [
            "Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "InvokedViaFunctionUrl",
            "Principal", "PrincipalOrgID", "SourceAccount", "SourceArn",
        ],
        "AWS::Logs::LogGroup": ["LogGroupName"],
        "AWS::S3::Bucket": ["BucketName", "BucketNamePrefix", "BucketNamespace"],
        "AWS::S3::BucketPolicy": ["Bucket"],
        "AWS::SNS::Subscription": ["Endpoint", "Protocol", "Region", "TopicArn"],
        "AWS::SNS::Topic": ["FifoTopic", "TopicName"],
    ]

    /// Types that keep what customers wrote; replacing or removing one loses it.
    static let dataTypes: Set<String> = ["AWS::DynamoDB::Table", "AWS::S3::Bucket"]

    package static func holdsData(_ type: String, _ logicalId: String) -> Bool {
        dataTypes.contains(type) && logicalId != madeByDeployment
    }

    /// A bucket whose one file every deployment brings back (`widget: { host: true }`).
    private static let madeByDeployment = "WidgetBucket"

    /// - Parameter path: of a property, from the resource's properties down.
    static func replaces(_ type: String, _ path: String) -> Bool {
        replacing[type]?.contains(String(path.prefix { $0 != "." && $0 != "[" })) == true
    }
}
