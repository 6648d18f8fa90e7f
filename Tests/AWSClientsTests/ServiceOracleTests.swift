import AWSCore
import Testing

@testable import AWSClients

/// Requests as botocore writes them, answers as botocore reads them.
@Suite struct ServiceOracleTests {
    @Test func s3() throws {
        let key = "bots/acme/ü +&?=%/a.zip"
        let body = Array("zip".utf8)
        let differences = try differencesFromBotocore([
            OracleCall("s3", "HeadBucket", ["Bucket": "b"], headers: ["x-amz-bucket-region": "eu-west-1"]) {
                session throws in
                [("BucketRegion", optional(try S3Client(session: session).headBucket("b")))]
            },
            OracleCall(
                "s3",
                "HeadObject",
                ["Bucket": "b", "Key": .string(key), "ChecksumMode": "ENABLED"],
                headers: [
                    "Content-Length": "7", "ETag": "\"e\"", "x-amz-checksum-sha256": "c=", "Content-Type": "x/y",
                    "x-amz-version-id": "v", "x-amz-meta-one": "1",
                ]
            ) { session throws in
                let head = try #require(try S3Client(session: session).headObject("b", key))
                return [
                    ("ContentLength", .int(head.size)), ("ETag", .string("\"\(head.etag)\"")),
                    ("ChecksumSHA256", optional(head.sha256)), ("ContentType", optional(head.contentType)),
                    ("VersionId", optional(head.versionId)), ("Metadata.one", optional(head.metadata["one"])),
                ]
            },
            OracleCall(
                "s3",
                "PutObject",
                [
                    "Bucket": "b", "Key": .string(key), "Body": "zip", "ContentType": "application/zip",
                    "Metadata": ["a": "1", "b": "2"], "ChecksumSHA256": .string(base64Encode(sha256(body))),
                ],
                headers: ["ETag": "\"e\"", "x-amz-version-id": "v"]
            ) { session throws in
                let stored = try S3Client(session: session).putObject(
                    "b",
                    key,
                    body: body,
                    contentType: "application/zip",
                    metadata: ["b": "2", "a": "1"]
                )
                return [("ETag", .string("\"\(stored.etag)\"")), ("VersionId", optional(stored.versionId))]
            },
            OracleCall("s3", "GetObject", ["Bucket": "b", "Key": .string(key), "VersionId": "v"], answer: "zip") {
                session throws in
                #expect(try S3Client(session: session).getObject("b", key, versionId: "v") == body)
                return []
            },
            OracleCall("s3", "DeleteObject", ["Bucket": "b", "Key": .string(key)]) { session throws in
                try S3Client(session: session).deleteObject("b", key)
                return []
            },
            OracleCall("s3", "DeleteObject", ["Bucket": "b", "Key": "k", "VersionId": "v="]) { session throws in
                try S3Client(session: session).deleteObjectVersion("b", "k", versionId: "v=")
                return []
            },
            OracleCall(
                "s3",
                "ListObjectsV2",
                ["Bucket": "b", "Prefix": "p/ü", "EncodingType": "url"],
                answer: """
                    <?xml version="1.0" encoding="UTF-8"?>
                    <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>
                    <Contents><Key>plain</Key><LastModified>2026-11-22T17:20:26.000Z</LastModified>
                    <ETag>&quot;e&quot;</ETag><Size>12</Size></Contents>
                    <Contents><Key>two</Key><Size>5000000000</Size></Contents></ListBucketResult>
                    """
            ) { session throws in
                let objects = try #require(try S3Client(session: session).listObjects("b", prefix: "p/ü"))
                #expect(objects.count == 2)
                return [
                    ("Contents.0.Key", .string(objects[0].key)), ("Contents.0.Size", .int(objects[0].size)),
                    ("Contents.0.ETag", .string("\"\(objects[0].etag)\"")),
                    ("Contents.0.LastModified", optional(objects[0].lastModified)),
                    ("Contents.1.Size", .int(objects[1].size)),
                ]
            },
            OracleCall(
                "s3",
                "ListObjectVersions",
                ["Bucket": "b", "Prefix": "p", "EncodingType": "url"],
                answer: """
                    <ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>
                    <Version><Key>k</Key><VersionId>1</VersionId><IsLatest>false</IsLatest></Version>
                    <DeleteMarker><Key>k</Key><VersionId>2</VersionId><IsLatest>true</IsLatest></DeleteMarker>
                    </ListVersionsResult>
                    """
            ) { session throws in
                let versions = try #require(try S3Client(session: session).listObjectVersions("b", prefix: "p"))
                #expect(versions.map(\.isDeleteMarker) == [false, true])
                return [
                    ("Versions.0.Key", .string(versions[0].key)),
                    ("Versions.0.VersionId", .string(versions[0].versionId)),
                    ("Versions.0.IsLatest", .bool(versions[0].isLatest)),
                    ("DeleteMarkers.0.VersionId", .string(versions[1].versionId)),
                    ("DeleteMarkers.0.IsLatest", .bool(versions[1].isLatest)),
                ]
            },
        ])
        #expect(differences == [])
    }

    @Test func theOthers() throws {
        let differences = try differencesFromBotocore([
            OracleCall(
                "sts",
                "GetCallerIdentity",
                [:],
                answer: """
                    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
                    <Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
                    </GetCallerIdentityResult></GetCallerIdentityResponse>
                    """
            ) { session throws in
                let identity = try STSClient(session: session).getCallerIdentity()
                return [
                    ("Account", .string(identity.account)), ("Arn", .string(identity.arn)),
                    ("UserId", .string(identity.userId)),
                ]
            },
            OracleCall(
                "ssm",
                "GetParameter",
                ["Name": "/a/b", "WithDecryption": true],
                answer: #"{"Parameter":{"Name":"/a/b","Type":"SecureString","Value":"s","Version":3}}"#
            ) { session throws in
                let parameter = try #require(try SSMClient(session: session).getParameter("/a/b"))
                #expect("\(parameter)".contains("REDACTED"))
                return [
                    ("Parameter.Value", .string(parameter.value)), ("Parameter.Type", .string(parameter.type)),
                    ("Parameter.Version", .int(parameter.version)), ("Parameter.Name", .string(parameter.name)),
                ]
            },
            OracleCall(
                "ssm",
                "PutParameter",
                [
                    "Name": "/a", "Value": "v", "Type": "SecureString", "Overwrite": false, "Description": "d",
                    "Tags": [["Key": "k", "Value": "v"]],
                ],
                answer: #"{"Version":1}"#
            ) { session throws in
                let client = SSMClient(session: session)
                #expect(try client.createSecureParameter("/a", value: "v", description: "d", tags: ["k": "v"]))
                return []
            },
            OracleCall("ssm", "DeleteParameter", ["Name": "/a"], answer: "{}") { session throws in
                #expect(try SSMClient(session: session).deleteParameter("/a"))
                return []
            },
            OracleCall(
                "dynamodb",
                "DescribeTable",
                ["TableName": "t"],
                answer: """
                    {"Table":{"TableName":"t","TableArn":"arn","TableStatus":"ACTIVE","ItemCount":5,"TableSizeBytes":99,
                    "DeletionProtectionEnabled":true}}
                    """
            ) { session throws in
                let table = try #require(try DynamoDBClient(session: session).describeTable("t"))
                #expect(table.status == .active)
                return [
                    ("Table.TableName", .string(table.name)), ("Table.TableArn", .string(table.arn)),
                    ("Table.ItemCount", .int(table.itemCount)), ("Table.TableSizeBytes", .int(table.sizeBytes)),
                    ("Table.DeletionProtectionEnabled", .bool(table.hasDeletionProtection)),
                ]
            },
            OracleCall(
                "dynamodb",
                "Query",
                [
                    "TableName": "t", "KeyConditionExpression": "#pk = :pk", "ProjectionExpression": "#sk",
                    "ExpressionAttributeNames": ["#pk": "userId", "#sk": "sessionId"],
                    "ExpressionAttributeValues": [":pk": ["S": "v_1"]], "ConsistentRead": true,
                ],
                answer: #"{"Count":1,"Items":[{"sessionId":{"S":"c#1"}}]}"#
            ) { session throws in
                let keys = DynamoDBClient.Keys(table: "t", partition: "userId", sort: "sessionId")
                let found = try DynamoDBClient(session: session).sortKeys(keys, partition: "v_1")
                return [("Items.0.sessionId.S", .string(found.first ?? ""))]
            },
            OracleCall(
                "dynamodb",
                "BatchWriteItem",
                [
                    "RequestItems": [
                        "t": [["DeleteRequest": ["Key": ["userId": ["S": "v_1"], "sessionId": ["S": "c#1"]]]]]
                    ]
                ],
                answer: #"{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"userId":{"S":"v_1"},"#
                    + #""sessionId":{"S":"c#1"}}}}]}}"#
            ) { session throws in
                let keys = DynamoDBClient.Keys(table: "t", partition: "userId", sort: "sessionId")
                let left = try DynamoDBClient(session: session).deleteItems(keys, partition: "v_1", sortKeys: ["c#1"])
                return [("UnprocessedItems.t.0.DeleteRequest.Key.sessionId.S", .string(left.first ?? ""))]
            },
            OracleCall("dynamodb", "DeleteTable", ["TableName": "t"], answer: "{}") { session throws in
                #expect(try DynamoDBClient(session: session).deleteTable("t"))
                return []
            },
            OracleCall(
                "dynamodb",
                "UpdateTable",
                ["TableName": "t", "DeletionProtectionEnabled": false],
                answer: "{}"
            ) { session throws in
                try DynamoDBClient(session: session).setDeletionProtection("t", enabled: false)
                return []
            },
            OracleCall(
                "logs",
                "DescribeLogGroups",
                ["logGroupNamePrefix": "/aws/lambda/acme"],
                answer: #"{"logGroups":[{"logGroupName":"n","arn":"a","retentionInDays":30,"storedBytes":7}]}"#
            ) { session throws in
                let group = try #require(
                    try LogsClient(session: session).describeLogGroups(prefix: "/aws/lambda/acme").first
                )
                return [
                    ("logGroups.0.logGroupName", .string(group.name)), ("logGroups.0.arn", .string(group.arn)),
                    ("logGroups.0.retentionInDays", group.retentionDays.map { .int($0) } ?? .null),
                    ("logGroups.0.storedBytes", .int(group.storedBytes)),
                ]
            },
            OracleCall("logs", "DeleteLogGroup", ["logGroupName": "n"], answer: "") { session throws in
                #expect(try LogsClient(session: session).deleteLogGroup("n"))
                return []
            },
            OracleCall(
                "lambda",
                "GetFunctionConfiguration",
                ["FunctionName": "arn:aws:lambda:us-east-2:1:function:f"],
                answer: """
                    {"FunctionName":"f","FunctionArn":"arn","CodeSha256":"c=","CodeSize":5,"Architectures":["arm64"],
                    "Environment":{"Variables":{"A":"1"}},"State":"Active","LastUpdateStatus":"Failed",
                    "LastUpdateStatusReason":"r"}
                    """
            ) { session throws in
                let function = try #require(
                    try LambdaClient(session: session)
                        .getFunctionConfiguration("arn:aws:lambda:us-east-2:1:function:f")
                )
                return [
                    ("FunctionName", .string(function.name)), ("FunctionArn", .string(function.arn)),
                    ("CodeSha256", .string(function.codeSHA256)), ("CodeSize", .int(function.codeSize)),
                    ("Architectures.0", optional(function.architectures.first)),
                    ("Environment.Variables.A", optional(function.environment["A"])),
                    ("State", optional(function.state)), ("LastUpdateStatus", optional(function.lastUpdateStatus)),
                    ("LastUpdateStatusReason", optional(function.lastUpdateStatusReason)),
                ]
            },
            OracleCall(
                "lambda",
                "UpdateFunctionCode",
                ["FunctionName": "f", "S3Bucket": "bucket", "S3Key": "shop/dev/hotswap/ü.zip"],
                answer: #"{"FunctionName":"f","CodeSha256":"c=","State":"Pending","LastUpdateStatus":"InProgress"}"#
            ) { session throws in
                let function = try LambdaClient(session: session)
                    .beginUpdateFunctionCode("f", bucket: "bucket", key: "shop/dev/hotswap/ü.zip").configuration()
                return [
                    ("FunctionName", .string(function.name)), ("CodeSha256", .string(function.codeSHA256)),
                    ("State", optional(function.state)), ("LastUpdateStatus", optional(function.lastUpdateStatus)),
                ]
            },
            OracleCall(
                "apigateway",
                "GetAccount",
                [:],
                answer: #"{"cloudwatchRoleArn":"arn:role","throttleSettings":{}}"#
            ) { session throws in
                [("cloudwatchRoleArn", optional(try APIGatewayClient(session: session).cloudWatchRoleArn()))]
            },
        ])
        #expect(differences == [])
    }
}
