import AWSCore

struct FakeFunction {
    var codeSHA256 = ""
    /// Looks until the update that is under way is done.
    var looks = 0
    /// How updates end.
    var endStatus = "Successful"
    /// Updates that are refused because an earlier one is not done.
    var conflicts = 0
    /// Somebody else changes the code as soon as an update is done.
    var isStolen = false
}

extension FakeAWS {
    func lambda(_ request: HTTPRequest) -> HTTPResponse {
        let parts = request.path.split(separator: "/").map(String.init)
        let name = parts.count > 2 ? percentDecode(parts[2]) ?? "" : ""
        guard var function = functions[name] else {
            return error("lambda", 404, "ResourceNotFoundException", "Function not found: \(name)")
        }
        defer { functions[name] = function }
        if request.method == "PUT" {
            let input = (try? JSONValue.parse(request.body)) ?? .null
            let bucket = buckets[input["S3Bucket"]?.stringValue ?? ""]
            if function.conflicts > 0 {
                function.conflicts -= 1
                return error("lambda", 409, "ResourceConflictException", "An update is in progress for resource")
            }
            guard let code = bucket?[input["S3Key"]?.stringValue ?? ""] else {
                return error("lambda", 400, "InvalidParameterValueException", "no such object")
            }
            (function.codeSHA256, function.looks) = (base64Encode(sha256(code)), functionTicks)
        } else if function.looks > 0 {
            function.looks -= 1
            if function.looks == 0, function.isStolen { function.codeSHA256 = "other" }
        }
        let status = function.looks > 0 ? "InProgress" : function.endStatus
        return HTTPResponse(
            status: 200,
            body: JSONValue.object([
                "FunctionName": .string(name), "CodeSha256": .string(function.codeSHA256),
                "LastUpdateStatus": .string(status), "LastUpdateStatusReason": "the image is broken",
            ]).encoded()
        )
    }

    /// As CloudFormation does: code goes to new functions, and to all where the package is another one.
    func giveCode(from stack: Stack, to set: ChangeSet) {
        let resources = (try? JSONValue.parse(set.template))?["Resources"]?.objectValue ?? [:]
        let names = resources.values.filter { $0["Type"]?.stringValue == "AWS::Lambda::Function" }
            .compactMap { $0["Properties"]?["FunctionName"]?.stringValue }
        let isNew = stack.parameters["ArtifactKey"] != set.parameters["ArtifactKey"]
        let code = buckets[set.parameters["ArtifactBucket"] ?? ""]?[set.parameters["ArtifactKey"] ?? ""]
        for name in names where isNew || functions[name] == nil {
            // Express mode does not wait for the functions.
            let looks = set.mode == "EXPRESS" ? functionTicks : 0
            functions[name] = FakeFunction(codeSHA256: base64Encode(sha256(code ?? [])), looks: looks)
        }
    }
}
