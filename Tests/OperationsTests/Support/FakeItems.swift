import AWSCore

/// The items of the fake table: their keys are all that is kept of them.
extension FakeAWS {
    private static let itemsOfAPage = 40

    func queryItems(_ input: JSONValue) -> JSONValue {
        precondition(input["ConsistentRead"]?.boolValue == true, "an eventually consistent read proves nothing")
        let user = input["ExpressionAttributeValues"]?[":pk"]?["S"]?.stringValue ?? ""
        let after = input["ExclusiveStartKey"]?["sessionId"]?["S"]?.stringValue ?? ""
        let keys = (partitions[user] ?? []).sorted().filter { $0 > after }
        let page = keys.prefix(Self.itemsOfAPage)
        var answer: [String: JSONValue] = [
            "Items": .array(page.map { .object(["sessionId": .object(["S": .string($0)])]) })
        ]
        if page.count < keys.count, let last = page.last {
            answer["LastEvaluatedKey"] = .object([
                "userId": .object(["S": .string(user)]), "sessionId": .object(["S": .string(last)]),
            ])
        }
        return .object(answer)
    }

    func batchWrite(_ input: JSONValue) -> HTTPResponse {
        let table = input["RequestItems"]?.objectValue?.first
        let requests = table?.value.arrayValue ?? []
        guard (1...25).contains(requests.count) else {
            return error("dynamodb", 400, "ValidationException", "\(requests.count) requests")
        }
        let left = unprocessed.isEmpty ? 0 : unprocessed.removeFirst()
        for request in requests.dropLast(left) {
            let key = request["DeleteRequest"]?["Key"]
            let user = key?["userId"]?["S"]?.stringValue ?? ""
            partitions[user]?.removeAll { $0 == key?["sessionId"]?["S"]?.stringValue }
        }
        if !arrivals.isEmpty {
            let user = requests.first?["DeleteRequest"]?["Key"]?["userId"]?["S"]?.stringValue ?? ""
            partitions[user, default: []] += arrivals.removeFirst()
        }
        let rest = requests.suffix(min(left, requests.count))
        let unprocessed = rest.isEmpty ? [:] : [table?.key ?? "": JSONValue.array(Array(rest))]
        return HTTPResponse(
            status: 200,
            body: JSONValue.object(["UnprocessedItems": .object(unprocessed)]).encoded()
        )
    }
}
