import AWSCore

enum TableError: Error, CustomStringConvertible {
    /// With the item that is there, if one is.
    case conditionFailed(Item?)
    case failed(AWSError)

    init(_ error: AWSError) {
        guard error.code == "ConditionalCheckFailedException" else {
            self = .failed(error)
            return
        }
        let item = (try? JSONValue.parse(error.body))?["Item"]?.objectValue
        self = .conditionFailed(item?.mapValues(AttributeValue.init(json:)))
    }

    var description: String {
        switch self {
        case .conditionFailed: "a condition was not met"
        case .failed(let error): error.description
        }
    }
}

/// A PutItem or UpdateItem on its way.
struct PendingWrite {
    private let call: Result<PendingAWSCall, AWSError>
    init(_ call: Result<PendingAWSCall, AWSError>) { self.call = call }

    /// The item's attributes afterwards, of an update.
    @discardableResult
    func wait() throws(TableError) -> Item {
        try answer(of: call)["Attributes"]?.objectValue?.mapValues(AttributeValue.init(json:)) ?? [:]
    }

    /// `wait`, as a value.
    var result: Result<Item, TableError> {
        do throws(TableError) {
            return .success(try wait())
        } catch {
            return .failure(error)
        }
    }
}

/// A Query on its way.
struct PendingQuery {
    private let call: Result<PendingAWSCall, AWSError>
    init(_ call: Result<PendingAWSCall, AWSError>) { self.call = call }

    func wait() throws(TableError) -> [Item] {
        (try answer(of: call)["Items"]?.arrayValue ?? [])
            .map { ($0.objectValue ?? [:]).mapValues(AttributeValue.init(json:)) }
    }

    func cancel() {
        if case .success(let call) = call { call.cancel() }
    }
}

/// A GetItem on its way.
struct PendingGet {
    private let call: Result<PendingAWSCall, AWSError>
    init(_ call: Result<PendingAWSCall, AWSError>) { self.call = call }

    func wait() throws(TableError) -> Item? {
        try answer(of: call)["Item"]?.objectValue?.mapValues(AttributeValue.init(json:))
    }
}

private func answer(of call: Result<PendingAWSCall, AWSError>) throws(TableError) -> JSONValue {
    let response: HTTPResponse
    do throws(AWSError) {
        response = try call.get().response()
    } catch {
        throw TableError(error)
    }
    guard let json = try? JSONValue.parse(response.body) else {
        throw .failed(
            AWSError(
                code: "malformed",
                message: "the answer is not JSON",
                status: response.status,
                operation: "dynamodb"
            )
        )
    }
    return json
}
