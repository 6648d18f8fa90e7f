import AWSCore
import Testing

@testable import AWSClients

@Suite struct PaginationTests {
    private func page(_ action: String, _ body: String, next: String? = nil) -> HTTPResponse {
        .text(CloudFormationOracleTests.result(action, body + (next.map { "<NextToken>\($0)</NextToken>" } ?? "")))
    }

    private func form(_ request: HTTPRequest) -> [String] {
        String(decoding: request.body, as: UTF8.self).split(separator: "&").map { percentDecode(String($0)) ?? "" }
    }

    @Test func changesOfAllPages() throws {
        func change(_ id: String) -> String {
            "<Changes><member><ResourceChange><LogicalResourceId>\(id)</LogicalResourceId></ResourceChange></member></Changes>"
        }
        let transport = RecordingTransport([
            page("DescribeChangeSet", "<Status>CREATE_COMPLETE</Status>" + change("A"), next: "t 1"),
            page("DescribeChangeSet", change("B"), next: "t2"), page("DescribeChangeSet", change("C")),
        ])
        let set = try CloudFormationClient(session: testSession(transport)).describeChangeSet("c")
        #expect(set?.changes.map(\.logicalId) == ["A", "B", "C"])
        #expect(set?.status == .createComplete)
        #expect(transport.requests.map { form($0).contains("NextToken=t 1") } == [false, true, false])
        #expect(transport.requests.allSatisfy { form($0).contains("IncludePropertyValues=true") })
    }

    @Test func eventsUpToAKnownOneOldestFirst() throws {
        func events(_ ids: [Int]) -> String {
            let members = ids.map {
                "<member><EventId>e\($0)</EventId><Timestamp>2026-01-01T00:00:0\($0)Z</Timestamp></member>"
            }
            return "<StackEvents>\(members.joined())</StackEvents>"
        }
        func read(since: String?, notBefore: Timestamp? = nil) throws -> ([String], pages: Int) {
            let transport = RecordingTransport([
                page("DescribeStackEvents", events([9, 8, 7]), next: "n"), page("DescribeStackEvents", events([6, 5])),
            ])
            let client = CloudFormationClient(session: try testSession(transport))
            return (
                try client.stackEvents("s", since: since, notBefore: notBefore).map(\.id), transport.requests.count
            )
        }
        #expect(try read(since: nil) == (["e5", "e6", "e7", "e8", "e9"], 2))
        #expect(try read(since: "e6") == (["e7", "e8", "e9"], 2))
        #expect(try read(since: "e8") == (["e9"], 1))
        #expect(try read(since: "e9") == ([], 1))
        #expect(try read(since: nil, notBefore: Timestamp(rfc3339: "2026-01-01T00:00:08Z")) == (["e8", "e9"], 1))
    }

    @Test func aTokenThatRepeatsIsNotFollowedForEver() throws {
        let transport = RecordingTransport(
            Array(repeating: page("ListStackResources", "<StackResourceSummaries/>", next: "same"), count: 5)
        )
        let client = CloudFormationClient(session: try testSession(transport))
        #expect {
            try client.stackResources("s")
        } throws: {
            ($0 as? AWSError)?.code == "client.pagination"
        }
        #expect(transport.requests.count == 2)
    }

    @Test func objectsAndVersionsOfAllPages() throws {
        let transport = RecordingTransport([
            .text(
                """
                <R><IsTruncated>true</IsTruncated><NextContinuationToken>t+/=</NextContinuationToken>
                <Contents><Key>a+b%2Fc%C3%BC</Key></Contents></R>
                """
            ),
            .text("<R><IsTruncated>false</IsTruncated><Contents><Key>z</Key></Contents></R>"),
            .text(
                """
                <R><IsTruncated>true</IsTruncated><NextKeyMarker>a+b</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>
                <Version><Key>a+b</Key><VersionId>1</VersionId></Version></R>
                """
            ),
            .text("<R><DeleteMarker><Key>c</Key><VersionId>2</VersionId></DeleteMarker></R>"),
        ])
        let client = S3Client(session: try testSession(transport))
        #expect(try client.listObjects("b")?.map(\.key) == ["a b/cü", "z"])
        #expect(try client.listObjectVersions("b")?.map(\.key) == ["a b", "c"])
        #expect(transport.requests[1].encodedQuery.contains("continuation-token=t%2B%2F%3D"))
        #expect(transport.requests[3].encodedQuery.contains("key-marker=a%20b&version-id-marker=v"))
    }

    @Test func logGroupsOfAllPages() throws {
        let transport = RecordingTransport([
            .text(#"{"logGroups":[{"logGroupName":"a"}],"nextToken":"t"}"#),
            .text(#"{"logGroups":[{"logGroupName":"b"}]}"#),
        ])
        #expect(
            try LogsClient(session: testSession(transport)).describeLogGroups(prefix: "p").map(\.name) == ["a", "b"]
        )
    }

    @Test(
        arguments: [
            ("acme-artifacts", nil, "acme-artifacts.s3.us-east-2.amazonaws.com", "/k/x%20y"),
            ("dotted.name", nil, "s3.us-east-2.amazonaws.com", "/dotted.name/k/x%20y"),
            ("acme-artifacts", "http://127.0.0.1:4566", "127.0.0.1", "/acme-artifacts/k/x%20y"),
        ] as [(String, String?, String, String)]
    )
    func bucketAddresses(_ bucket: String, _ endpoint: String?, _ host: String, _ path: String) throws {
        let client = S3Client(session: try testSession(RecordingTransport(), endpoint: endpoint))
        let address = client.address(bucket, "k/x y")
        #expect(address.endpoint.host == host)
        #expect(address.path == path)
        #expect(client.address(bucket, nil).path == (endpoint == nil && !bucket.contains(".") ? "/" : "/\(bucket)"))
    }
}
