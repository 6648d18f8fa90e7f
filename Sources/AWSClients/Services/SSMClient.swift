package import AWSCore

/// AWS Systems Manager, Parameter Store only. API version 2014-11-06.
package struct SSMClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// - Returns: `nil` where there is no such parameter.
    package func getParameter(_ name: String, withDecryption: Bool = true) throws(AWSError) -> Parameter? {
        try absentAsNil { () throws(AWSError) in
            let answer = try call(
                "GetParameter",
                ["Name": .string(name), "WithDecryption": .bool(withDecryption)]
            )
            return Parameter(
                name: answer["Parameter"]?["Name"]?.stringValue ?? name,
                type: answer["Parameter"]?["Type"]?.stringValue ?? "",
                value: answer["Parameter"]?["Value"]?.stringValue ?? "",
                version: answer["Parameter"]?["Version"]?.intValue ?? 0
            )
        }
    }

    /// Creates a SecureString under the account's default key; never overwrites.
    /// - Returns: `false` where the parameter exists already and stays as it is.
    package func createSecureParameter(
        _ name: String,
        value: String,
        description: String? = nil,
        tags: [String: String] = [:]
    ) throws(AWSError) -> Bool {
        var input: [String: JSONValue] = [
            "Name": .string(name), "Value": .string(value), "Type": .string("SecureString"),
            "Overwrite": .bool(false),
        ]
        if let description { input["Description"] = .string(description) }
        if !tags.isEmpty {
            input["Tags"] = .array(
                tags.sorted { $0.key < $1.key }.map {
                    .object(["Key": .string($0.key), "Value": .string($0.value)])
                }
            )
        }
        do {
            _ = try call("PutParameter", input)
            return true
        } catch {
            if error.alreadyExists { return false }
            throw error
        }
    }

    /// - Returns: `false` where there was no such parameter.
    @discardableResult
    package func deleteParameter(_ name: String) throws(AWSError) -> Bool {
        try absentAsNil { () throws(AWSError) in try call("DeleteParameter", ["Name": .string(name)]) } != nil
    }

    /// A parameter's value; prints without it, as it may be a secret.
    package struct Parameter: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
        package var name: String
        /// `String`, `StringList` or `SecureString`.
        package var type: String
        package var value: String
        package var version: Int64

        package var description: String { "Parameter(\(name), <REDACTED>)" }
        package var debugDescription: String { description }
    }

    private func call(_ operation: String, _ input: [String: JSONValue]) throws(AWSError) -> JSONValue {
        try session.json(input, service: "ssm", target: "AmazonSSM.\(operation)", version: "1.1")
    }
}
