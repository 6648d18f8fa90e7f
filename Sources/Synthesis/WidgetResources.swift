import BotSpec
import CloudFormation

/// The widget's file on the internet: a bucket that nobody reaches but CloudFront, and a distribution in front.
enum WidgetResources {
    static func add(to template: inout Template, _ context: Context) {
        guard context.spec.widget.host else { return }
        addBucket(to: &template, context)
        template.add(
            Resource(
                ID.widgetAccess,
                "AWS::CloudFront::OriginAccessControl",
                [
                    "OriginAccessControlConfig": [
                        // Unique in the account, and short enough: the last part of the stack's id.
                        "Name": ["Fn::Select": [2, ["Fn::Split": ["/", .ref(.stackId)]]]],
                        "OriginAccessControlOriginType": "s3", "SigningBehavior": "always",
                        "SigningProtocol": "sigv4",
                    ]
                ]
            )
        )
        addDistribution(to: &template, context)
    }

    private static func addBucket(to template: inout Template, _ context: Context) {
        template.add(
            Resource(
                ID.widgetBucket,
                "AWS::S3::Bucket",
                [
                    "BucketEncryption": [
                        "ServerSideEncryptionConfiguration": [
                            ["ServerSideEncryptionByDefault": ["SSEAlgorithm": "AES256"]]
                        ]
                    ],
                    "OwnershipControls": ["Rules": [["ObjectOwnership": "BucketOwnerEnforced"]]],
                    "PublicAccessBlockConfiguration": [
                        "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true,
                        "RestrictPublicBuckets": true,
                    ],
                    "Tags": context.tagList,
                ]
            )
        )
        template.add(
            Resource(
                ID.widgetBucketPolicy,
                "AWS::S3::BucketPolicy",
                [
                    "Bucket": .ref(ID.widgetBucket),
                    "PolicyDocument": [
                        "Version": "2012-10-17",
                        "Statement": [
                            [
                                "Sid": "OwnDistribution", "Effect": "Allow",
                                "Principal": ["Service": "cloudfront.amazonaws.com"], "Action": "s3:GetObject",
                                "Resource": .sub("\(ID.widgetBucket, attribute: "Arn")/*"),
                                "Condition": [
                                    "StringEquals": [
                                        "AWS:SourceArn": .sub(
                                            "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/\(ref: ID.widgetDistribution)"
                                        )
                                    ]
                                ],
                            ]
                        ],
                    ],
                ]
            )
        )
    }

    /// Managed by CloudFront
    /// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html,
    /// …/using-managed-response-headers-policies.html).
    private enum Policy {
        /// CachingOptimized: as long as the object's `Cache-Control` says; gzip and Brotli.
        static let cache: TemplateValue = "658327ea-f89d-4fab-a63d-7e88639e58f6"
        /// CORS-and-SecurityHeadersPolicy: any page may load it, `integrity` works, nobody guesses its type.
        static let headers: TemplateValue = "e61eb60c-9c35-4d20-a928-2b84e02af89c"
    }

    private static func addDistribution(to template: inout Template, _ context: Context) {
        template.add(
            Resource(
                ID.widgetDistribution,
                "AWS::CloudFront::Distribution",
                [
                    "DistributionConfig": [
                        "Comment": .string("\(context.spec.stackName): the chat widget"),
                        "Enabled": true,
                        "HttpVersion": "http2and3",
                        "IPV6Enabled": true,
                        "Origins": [
                            [
                                "Id": "bucket",
                                "DomainName": .getAtt(ID.widgetBucket, "RegionalDomainName"),
                                "OriginAccessControlId": .getAtt(ID.widgetAccess, "Id"),
                                "S3OriginConfig": ["OriginAccessIdentity": ""],
                            ]
                        ],
                        "DefaultCacheBehavior": [
                            "TargetOriginId": "bucket",
                            "ViewerProtocolPolicy": "redirect-to-https",
                            "AllowedMethods": ["GET", "HEAD"],
                            "Compress": true,
                            "CachePolicyId": Policy.cache,
                            "ResponseHeadersPolicyId": Policy.headers,
                        ],
                    ],
                    "Tags": context.tagList,
                ]
            )
        )
    }
}
