/// Regions with Lambda, as botocore's endpoint data lists them
/// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html).
package enum Regions {
    static let known = [
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1",
        "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2",
        "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
        "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
        "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
        "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "eusc-de-east-1",
    ]

    /// Groups of lower-case letters and a number at the end: `us-gov-west-1`.
    package static func isSyntax(_ region: String) -> Bool {
        let parts = region.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard (3...4).contains(parts.count), let number = parts.last, (1...2).contains(number.count),
            (2...5).contains(parts[0].count)
        else { return false }
        return number.allSatisfy { (0x30...0x39).contains($0) }
            && parts.dropLast().allSatisfy { part in
                !part.isEmpty && part.count <= 12 && part.allSatisfy { (0x61...0x7A).contains($0) }
            }
    }
}
