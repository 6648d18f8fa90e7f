import AWSCore

/// The three protocols that the services in use speak, on top of `AWSClient`.
extension AWSSession {
    /// AWS Query: a form in, XML out.
    /// - Returns: the answer's `<ActionResult>` element; the root where the action has no result.
    func query(
        _ form: QueryForm,
        service: String,
        operationPrefix: String,
        timeout: Duration = .seconds(30)
    ) throws(AWSError) -> XMLElement {
        let request = HTTPRequest(
            method: "POST",
            endpoint: endpoint(service),
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: form.encoded
        )
        let operation = "\(operationPrefix).\(form.action)"
        let response = try send(request, service: service, operation: operation, timeout: timeout)
        let root = try parseXML(response, operation: operation)
        return root.first("\(form.action)Result") ?? root
    }

    /// AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, objects in and out.
    func json(
        _ input: [String: JSONValue],
        service: String,
        target: String,
        version: String,
        timeout: Duration = .seconds(30)
    ) throws(AWSError) -> JSONValue {
        let operation = "\(service).\(target.split(separator: ".").last ?? "")"
        let request = HTTPRequest(
            method: "POST",
            endpoint: endpoint(service),
            headers: ["Content-Type": "application/x-amz-json-\(version)", "X-Amz-Target": target],
            body: JSONValue.object(input).encoded()
        )
        let response = try send(request, service: service, operation: operation, timeout: timeout)
        return try parseJSON(response, operation: operation)
    }

    /// REST with JSON answers.
    func rest(
        _ method: String,
        _ path: String,
        headers: HTTPHeaders = [:],
        service: String,
        operation: String
    ) throws(AWSError) -> JSONValue {
        let call = try beginREST(method, path, headers: headers, service: service, operation: operation)
        return try parseJSON(call.response(), operation: "\(service).\(operation)")
    }

    /// Puts a call on the wire; several that are begun before the first is waited for take the time of one.
    func beginREST(
        _ method: String,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        service: String,
        operation: String
    ) throws(AWSError) -> PendingAWSCall {
        let request = HTTPRequest(method: method, endpoint: endpoint(service), path: path, headers: headers, body: body)
        return try begin(request, service: service, operation: "\(service).\(operation)")
    }

    func send(
        _ request: HTTPRequest,
        service: String,
        operation: String,
        timeout: Duration = .seconds(30)
    ) throws(AWSError) -> HTTPResponse {
        try begin(request, service: service, operation: operation, timeout: timeout).response()
    }

    func begin(
        _ request: HTTPRequest,
        service: String,
        operation: String,
        timeout: Duration = .seconds(30)
    ) throws(AWSError) -> PendingAWSCall {
        try client().begin(
            AWSCall(service: service, region: region, operation: operation, request: request, timeout: timeout)
        )
    }

    func parseXML(_ response: HTTPResponse, operation: String) throws(AWSError) -> XMLElement {
        do {
            return try XMLParser.parse(response.body)
        } catch {
            throw unreadable(response, operation: operation, "\(error)")
        }
    }

    func parseJSON(_ response: HTTPResponse, operation: String) throws(AWSError) -> JSONValue {
        if response.body.isEmpty { return .object([:]) }
        do {
            return try JSONValue.parse(response.body)
        } catch {
            throw unreadable(response, operation: operation, "\(error)")
        }
    }

    private func unreadable(_ response: HTTPResponse, operation: String, _ reason: String) -> AWSError {
        AWSError(
            code: "client.unreadableAnswer",
            message: reason,
            status: response.status,
            operation: operation,
            body: response.body
        )
    }
}
