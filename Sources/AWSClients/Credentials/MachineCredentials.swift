import AWSCore

/// The JSON document that ECS, EKS Pod Identity and EC2 answer with.
struct MachineCredentials {
    var credentials: Credentials

    init?(_ body: [UInt8]) {
        guard let document = try? JSONValue.parse(body), let id = document["AccessKeyId"]?.stringValue,
            let secret = document["SecretAccessKey"]?.stringValue, let token = document["Token"]?.stringValue,
            let expires = document["Expiration"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        credentials = Credentials(accessKeyId: id, secretAccessKey: secret, sessionToken: token, expires: expires)
    }
}
