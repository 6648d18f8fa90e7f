import AWSCore
import Testing

/// Texts that AWS has published: the Signature Version 4 test suite, the IAM example of the signing
/// documentation, and the examples of the Amazon S3 API reference.
struct SigV4VectorTests {
    private static let suiteKey = Credentials(
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    private static let suiteDate = Timestamp(seconds: 1_440_938_160)

    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        /// As the suite has it: not yet percent-encoded, which signing does once for it.
        var path = "/"
        var query: [(String, String)] = []
        var headers: [(String, String)] = []
        var body = ""
        var signature: String
        var testDescription: String { name }
    }

    static let suite: [Vector] = [
        Vector(name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(
            name: "get-vanilla-query-order-key-case",
            query: [("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        Vector(
            name: "get-vanilla-empty-query-key",
            query: [("Param1", "value1")],
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
        ),
        Vector(
            name: "get-utf8",
            path: "/ሴ",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        Vector(
            name: "get-unreserved",
            path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
        ),
        Vector(
            name: "get-space",
            path: "/example space/",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        ),
        Vector(
            name: "get-relative",
            path: "/example/..",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-relative-relative",
            path: "/example1/example2/../..",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-slash-dot-slash",
            path: "/./",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Vector(
            name: "get-slashes",
            path: "//example//",
            signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
        ),
        Vector(
            name: "get-slash-pointless-dot",
            path: "/./example",
            signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
        ),
        Vector(
            name: "get-header-key-duplicate",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        Vector(
            name: "get-header-value-order",
            headers: [
                ("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2"),
            ],
            signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
        ),
        Vector(
            name: "get-header-value-trim",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        Vector(
            name: "post-vanilla",
            method: "POST",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ),
        Vector(
            name: "post-vanilla-query",
            method: "POST",
            query: [("Param1", "value1")],
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
        ),
        Vector(
            name: "post-header-key-sort",
            method: "POST",
            headers: [("My-Header1", "value1")],
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ),
        Vector(
            name: "post-x-www-form-urlencoded",
            method: "POST",
            headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        ),
    ]

    @Test(arguments: suite)
    func signatureTestSuite(_ vector: Vector) throws {
        let request = HTTPRequest(
            method: vector.method,
            endpoint: Endpoint(scheme: .https, host: "example.amazonaws.com"),
            path: vector.path,
            query: vector.query.map { .init($0.0, $0.1) },
            headers: HTTPHeaders(vector.headers.map { (name: $0.0, value: $0.1) }),
            body: Array(vector.body.utf8)
        )
        let signed = SigV4.sign(
            request,
            credentials: Self.suiteKey,
            region: "us-east-1",
            service: "service",
            date: Self.suiteDate
        )
        #expect(try #require(signed.headers["Authorization"]).hasSuffix("Signature=\(vector.signature)"))
    }

    @Test func iamListUsersStepByStep() {
        let request = HTTPRequest(
            method: "GET",
            endpoint: Endpoint(scheme: .https, host: "iam.amazonaws.com"),
            query: [.init("Action", "ListUsers"), .init("Version", "2010-05-08")],
            headers: [
                "Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Amz-Date": "20150830T123600Z",
            ]
        )
        let canonical = SigV4.canonicalRequest(request, service: "iam", payloadHash: hexEncode(sha256("")))
        #expect(
            canonical.text == """
                GET
                /
                Action=ListUsers&Version=2010-05-08
                content-type:application/x-www-form-urlencoded; charset=utf-8
                host:iam.amazonaws.com
                x-amz-date:20150830T123600Z

                content-type;host;x-amz-date
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                """
        )
        let scope = SigV4.Scope(date: Self.suiteDate, region: "us-east-1", service: "iam")
        let toSign = SigV4.stringToSign(canonical, scope: scope)
        #expect(
            toSign == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/iam/aws4_request
                f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59
                """
        )
        let key = SigV4.signingKey(
            secret: Self.suiteKey.secretAccessKey,
            day: scope.day,
            region: scope.region,
            service: scope.service
        )
        #expect(hexEncode(key) == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
        #expect(
            SigV4.signature(key: key, stringToSign: toSign)
                == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        )
    }

    static let s3: [Vector] = [
        Vector(
            name: "GET object",
            path: "/test.txt",
            headers: [("Range", "bytes=0-9")],
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        Vector(
            name: "PUT object",
            method: "PUT",
            path: "/test%24file.text",
            headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            body: "Welcome to Amazon S3.",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        Vector(
            name: "GET bucket lifecycle",
            query: [("lifecycle", "")],
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        Vector(
            name: "GET bucket (list objects)",
            query: [("max-keys", "2"), ("prefix", "J")],
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]

    @Test(arguments: s3)
    func s3Reference(_ vector: Vector) throws {
        let request = HTTPRequest(
            method: vector.method,
            endpoint: Endpoint(scheme: .https, host: "examplebucket.s3.amazonaws.com"),
            path: vector.path,
            query: vector.query.map { .init($0.0, $0.1) },
            headers: HTTPHeaders(vector.headers.map { (name: $0.0, value: $0.1) }),
            body: Array(vector.body.utf8)
        )
        let signed = SigV4.sign(
            request,
            credentials: Credentials(
                accessKeyId: "AKIAIOSFODNN7EXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            ),
            region: "us-east-1",
            service: "s3",
            date: Timestamp(seconds: 1_369_353_600)
        )
        #expect(try #require(signed.headers["Authorization"]).hasSuffix("Signature=\(vector.signature)"))
    }

    @Test func aRequestCanBeSignedAgain() {
        let request = HTTPRequest(method: "GET", endpoint: Endpoint(scheme: .https, host: "example.amazonaws.com"))
        let sign = { (request: HTTPRequest, key: Credentials) in
            SigV4.sign(request, credentials: key, region: "r", service: "s3", date: Self.suiteDate)
        }
        var temporary = Self.suiteKey
        temporary.sessionToken = "token"
        let once = sign(request, Self.suiteKey)
        #expect(sign(sign(request, temporary), Self.suiteKey) == once)
        #expect(once.headers["X-Amz-Security-Token"] == nil)
        #expect(Credentials(accessKeyId: "a", secretAccessKey: "b", sessionToken: "").sessionToken == nil)
    }

    @Test func cachedKeysAreThoseOfTheirScope() {
        let keys = SigningKeyCache()
        let request = HTTPRequest(method: "GET", endpoint: Endpoint(scheme: .https, host: "h"))
        for day in 0..<3 {
            for region in ["us-east-1", "us-east-2"] {
                for secret in ["one", "two"] {
                    for _ in 0..<2 {
                        let date = Self.suiteDate.advanced(by: .seconds(86400 * day))
                        let key = Credentials(accessKeyId: "A", secretAccessKey: secret)
                        let cached = SigV4.sign(
                            request,
                            credentials: key,
                            region: region,
                            service: "sts",
                            date: date,
                            keys: keys
                        )
                        let plain = SigV4.sign(request, credentials: key, region: region, service: "sts", date: date)
                        #expect(cached == plain)
                    }
                }
            }
        }
    }
}
