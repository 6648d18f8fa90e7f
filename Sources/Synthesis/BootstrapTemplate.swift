package import CloudFormation

extension Synthesizer {
    /// The stack that holds what deployments need before there is a bot: the bucket of packages. One for each
    /// account and region.
    /// - Parameter refusesPlainHTTP: `false` only for an emulator that has no TLS: it would refuse everything.
    package static func bootstrapTemplate(refusesPlainHTTP: Bool = true) -> Template {
        var template = Template(description: "Bucket of botctl's deployment packages, one for each account and region")
        let policy: TemplateMap = ["DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"]
        template.add(
            Resource(
                bucket,
                "AWS::S3::Bucket",
                attributes: policy,
                [
                    "BucketName": .sub("\(BootstrapStack.bucketPrefix)-${AWS::AccountId}-${AWS::Region}"),
                    "BucketEncryption": [
                        "ServerSideEncryptionConfiguration": [
                            ["ServerSideEncryptionByDefault": ["SSEAlgorithm": "AES256"]]
                        ]
                    ],
                    "LifecycleConfiguration": [
                        "Rules": [
                            [
                                "Id": "expire-replaced-versions", "Status": "Enabled",
                                "NoncurrentVersionExpiration": ["NoncurrentDays": 30],
                            ],
                            [
                                "Id": "abort-unfinished-uploads", "Status": "Enabled",
                                "AbortIncompleteMultipartUpload": ["DaysAfterInitiation": 1],
                            ],
                        ]
                    ],
                    "OwnershipControls": ["Rules": [["ObjectOwnership": "BucketOwnerEnforced"]]],
                    "PublicAccessBlockConfiguration": [
                        "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true,
                        "RestrictPublicBuckets": true,
                    ],
                    "VersioningConfiguration": ["Status": "Enabled"],
                    "Tags": [["Key": "botctl:stack", "Value": "bootstrap"]],
                ]
            )
        )
        if refusesPlainHTTP { addPolicy(to: &template, attributes: policy) }
        template.addOutput(BootstrapStack.bucketOutput, description: "Bucket of packages", value: .ref(bucket))
        return template
    }

    private static func addPolicy(to template: inout Template, attributes: TemplateMap) {
        template.add(
            Resource(
                "ArtifactBucketPolicy",
                "AWS::S3::BucketPolicy",
                // It stays with the bucket that stays.
                attributes: attributes,
                [
                    "Bucket": .ref(bucket),
                    "PolicyDocument": [
                        "Version": "2012-10-17",
                        "Statement": [
                            [
                                "Sid": "RefusePlainHTTP", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                                "Resource": [.getAtt(bucket, "Arn"), .sub("\(bucket, attribute: "Arn")/*")],
                                "Condition": ["Bool": ["aws:SecureTransport": "false"]],
                            ]
                        ],
                    ],
                ]
            )
        )
    }

    private static var bucket: LogicalID { "ArtifactBucket" }
}

/// The names of the bootstrap stack.
package enum BootstrapStack {
    package static let name = "botctl-bootstrap"
    package static let bucketPrefix = "botctl-artifacts"
    package static let bucketOutput: LogicalID = "BucketName"

    package static func bucketName(account: String, region: String) -> String { "\(bucketPrefix)-\(account)-\(region)" }
}
