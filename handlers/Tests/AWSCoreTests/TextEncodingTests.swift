import AWSCore
import Foundation
import TestSupport
import Testing

struct TextEncodingTests {
    /// FIPS 180-4 and RFC 4231.
    @Test func hashesPublishedTexts() {
        #expect(
            hexEncode(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(
            hexEncode(hmacSHA256(key: Array("Jefe".utf8), "what do ya want for nothing?"))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(
            hexEncode(
                hmacSHA256(
                    key: [UInt8](repeating: 0xAA, count: 131),
                    "Test Using Larger Than Block-Size Key - Hash Key First"
                )
            ) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
        var digest = SHA256Digest()
        for part in ["a", "", "bc"] { digest.update(part) }
        #expect(digest.finish() == sha256("abc"))
        #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(crc32(Array("6789".utf8), seed: crc32(Array("12345".utf8))) == 0xCBF4_3926)
        #expect(crc32([]) == 0)
    }

    @Test func comparesSecretsWhole() {
        #expect(constantTimeEqual([1, 2], [1, 2]) && constantTimeEqual([], []))
        #expect(!constantTimeEqual([1, 2], [1, 3]) && !constantTimeEqual([1], [1, 2]))
    }

    @Test func hexadecimal() {
        #expect(hexEncode([0, 0x9F, 0xFF]) == "009fff" && hexDecode("009FfF") == [0, 0x9F, 0xFF])
        #expect(hexDecode("0") == nil && hexDecode("0g") == nil && hexDecode("") == [])
    }

    /// RFC 4648 §10, and Foundation's encoder for every length.
    @Test func base64() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            #expect(base64Encode(Array(text.utf8)) == encoded)
            #expect(base64Decode(encoded) == Array(text.utf8))
        }
        var generator = SeededGenerator(seed: 64)
        for length in 0..<200 {
            let bytes = generator.bytes(length)
            #expect(base64Encode(bytes) == Data(bytes).base64EncodedString())
            #expect(base64Decode(base64Encode(bytes)) == bytes)
            #expect(base64URLDecode(base64URLEncode(bytes)) == bytes)
        }
        for wrong in ["Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zm 9", "Z-_=", "====", "Zg==Zg=="] {
            #expect(base64Decode(wrong) == nil, "\(wrong)")
        }
        for wrong in ["Zg==", "Zh", "Zm9vY", "+/+/"] { #expect(base64URLDecode(wrong) == nil, "\(wrong)") }
    }

    @Test func percentEncoding() {
        #expect(percentEncode("a b/é~=+") == "a%20b%2F%C3%A9~%3D%2B")
        #expect(percentEncode("a/b c", allowSlash: true) == "a/b%20c")
        #expect(percentDecode("a%20b%2F%C3%A9~") == "a b/é~")
        for wrong in ["%", "%2", "%zz", "%FF"] { #expect(percentDecode(wrong) == nil, "\(wrong)") }
    }

    @Test(
        arguments: [
            (0, "19700101T000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "19941106T084937Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "20000228T235959Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "20000229T000000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "21000301T000000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
            (-1, "19691231T235959Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String, String)]
    )
    func dates(_ seconds: Int64, _ basic: String, _ http: String) {
        let timestamp = Timestamp(seconds: seconds)
        #expect(timestamp.iso8601Basic == basic && timestamp.httpDate == http)
        #expect(Timestamp(httpDate: http) == timestamp)
        #expect(Timestamp(rfc3339: timestamp.rfc3339) == timestamp)
    }

    @Test func datesOfEveryDayOfFourCenturies() {
        var previous = ""
        for day in stride(from: Int64(0), to: 146_097, by: 1) {
            let timestamp = Timestamp(milliseconds: day * 86_400_000 + 43_200_123)
            let text = timestamp.rfc3339
            #expect(text > previous)
            previous = text
            #expect(Timestamp(rfc3339: text) == timestamp)
        }
        #expect(previous.hasPrefix("2369-12-31"))
    }

    @Test(
        arguments: [
            ("2015-08-30T12:36:00Z", 1_440_938_160_000), ("2015-08-30T14:36:00.5+02:00", 1_440_938_160_500),
            ("2015-08-30t12:36:00.123456z", 1_440_938_160_123),
        ] as [(String, Int64)]
    )
    func readsRFC3339(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-08-30", "2015-08-30T12:36:00", "2015-08-30T24:00:00Z",
        "2015-08-30T12:36:00Zx", "2015-08-30T12:36:00.Z", "2015-08-30T12:36:00+0200", "",
    ])
    func refusesDates(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
        #expect(Timestamp(httpDate: text) == nil)
    }
}
