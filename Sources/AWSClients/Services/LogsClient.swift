package import AWSCore

/// Amazon CloudWatch Logs, the calls about log groups and their events. API version 2014-03-28.
package struct LogsClient {
    let session: AWSSession

    package init(session: AWSSession) { self.session = session }

    /// Every log group whose name begins with `prefix`.
    package func describeLogGroups(prefix: String) throws(AWSError) -> [LogGroup] {
        var groups: [LogGroup] = []
        var token: String?
        repeat {
            var input: [String: JSONValue] = ["logGroupNamePrefix": .string(prefix)]
            if let token { input["nextToken"] = .string(token) }
            let page = try call("DescribeLogGroups", input)
            groups += page["logGroups"]?.arrayValue?.map(LogGroup.init) ?? []
            token = try nextPage(page["nextToken"]?.stringValue, after: token, operation: "logs.DescribeLogGroups")
        } while token != nil
        return groups
    }

    /// - Returns: `false` where there was no such log group.
    @discardableResult
    package func deleteLogGroup(_ name: String) throws(AWSError) -> Bool {
        try absentAsNil { () throws(AWSError) in
            try call("DeleteLogGroup", ["logGroupName": .string(name)])
        } != nil
    }

    /// Events of a log group from a moment on, oldest first, of all streams and pages.
    /// - Returns: none where there is no such log group.
    package func events(of group: String, since: Timestamp) throws(AWSError) -> [LogEvent] {
        var events: [LogEvent] = []
        var token: String?
        repeat {
            var input: [String: JSONValue] = ["logGroupName": .string(group), "startTime": .int(since.milliseconds)]
            if let token { input["nextToken"] = .string(token) }
            let sent = input
            guard let page = try absentAsNil({ () throws(AWSError) in try call("FilterLogEvents", sent) }) else {
                return events
            }
            events += page["events"]?.arrayValue?.compactMap(LogEvent.init) ?? []
            token = try nextPage(page["nextToken"]?.stringValue, after: token, operation: "logs.FilterLogEvents")
        } while token != nil
        return events
    }

    private func call(_ operation: String, _ input: [String: JSONValue]) throws(AWSError) -> JSONValue {
        try session.json(input, service: "logs", target: "Logs_20140328.\(operation)", version: "1.1")
    }
}

package struct LogEvent: Sendable, Equatable {
    /// Tells events of the same moment apart.
    package var id: String
    package var time: Timestamp
    package var message: String

    init?(_ event: JSONValue) {
        guard let time = event["timestamp"]?.intValue, let message = event["message"]?.stringValue else { return nil }
        let stream = event["logStreamName"]?.stringValue ?? ""
        id = event["eventId"]?.stringValue ?? "\(stream) \(time) \(message)"
        self.time = Timestamp(milliseconds: time)
        self.message = message
    }
}

package struct LogGroup: Sendable, Equatable {
    package var name: String
    package var arn: String
    /// `nil` keeps events for ever.
    package var retentionDays: Int64?
    package var storedBytes: Int64

    init(_ group: JSONValue) {
        name = group["logGroupName"]?.stringValue ?? ""
        arn = group["arn"]?.stringValue ?? ""
        retentionDays = group["retentionInDays"]?.intValue
        storedBytes = group["storedBytes"]?.intValue ?? 0
    }
}
