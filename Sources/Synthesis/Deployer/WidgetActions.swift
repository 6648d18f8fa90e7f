/// For `widget: { host: true }`.
extension ResourceActions {
    static let hostedWidget = [
        ResourceActions(
            "AWS::S3::Bucket",
            create: [
                "s3:CreateBucket", "s3:PutBucketTagging", "s3:TagResource", "s3:PutEncryptionConfiguration",
                "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls",
            ],
            // Every configuration is read, there or not.
            read: [
                "s3:GetAccelerateConfiguration", "s3:GetAnalyticsConfiguration", "s3:GetBucketAbac", "s3:GetBucketCORS",
                "s3:GetBucketLogging", "s3:GetBucketMetadataTableConfiguration", "s3:GetBucketNotification",
                "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
                "s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:GetBucketVersioning",
                "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetIntelligentTieringConfiguration",
                "s3:GetInventoryConfiguration", "s3:GetLifecycleConfiguration", "s3:GetMetricsConfiguration",
                "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
            ],
            update: ["s3:UntagResource"],
            delete: ["s3:DeleteBucket"]
        ),
        ResourceActions(
            "AWS::S3::BucketPolicy",
            create: ["s3:PutBucketPolicy"],
            read: ["s3:GetBucketPolicy"],
            delete: ["s3:DeleteBucketPolicy"]
        ),
        ResourceActions(
            "AWS::CloudFront::OriginAccessControl",
            create: ["cloudfront:CreateOriginAccessControl"],
            read: ["cloudfront:GetOriginAccessControl"],
            update: ["cloudfront:UpdateOriginAccessControl"],
            delete: ["cloudfront:DeleteOriginAccessControl"]
        ),
        ResourceActions(
            "AWS::CloudFront::Distribution",
            create: [
                "cloudfront:CreateDistribution", "cloudfront:CreateDistributionWithTags", "cloudfront:TagResource",
            ],
            read: [
                "cloudfront:GetDistribution", "cloudfront:GetDistributionConfig", "cloudfront:ListTagsForResource",
            ],
            update: ["cloudfront:UpdateDistribution", "cloudfront:UntagResource"],
            delete: ["cloudfront:DeleteDistribution"]
        ),
    ]
}
