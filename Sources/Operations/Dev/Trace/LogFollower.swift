package import AWSClients
package import AWSCore

/// Reads what the functions logged since the last look.
package struct LogFollower {
    /// A log group and what its lines are shown under.
    package struct Source: Sendable, Equatable {
        package var group: String
        package var function: String

        package init(group: String, function: String) {
            self.group = group
            self.function = function
        }
    }

    package var sources: [Source]
    private var since: Timestamp
    /// Of the events that a look overlaps with the one before: CloudWatch's are not in order to the millisecond.
    private var seen: Set<String> = []
    private static let overlap = Duration.seconds(5)

    package init(sources: [Source] = [], since: Timestamp) {
        self.sources = sources
        self.since = since
    }

    /// Oldest first.
    package mutating func poll(_ logs: LogsClient, now: Timestamp) throws(AWSError) -> [DevLogLine] {
        var lines: [DevLogLine] = []
        var current: Set<String> = []
        for source in sources {
            for event in try logs.events(of: source.group, since: since) {
                current.insert(event.id)
                if !seen.contains(event.id), let line = Self.line(event, source.function) { lines.append(line) }
            }
        }
        seen = current
        since = max(since, now.advanced(by: .zero - Self.overlap))
        return lines.sorted { $0.time < $1.time }
    }

    /// - Returns: `nil` for what Lambda itself writes about each invocation.
    package static func line(_ event: LogEvent, _ function: String) -> DevLogLine? {
        let text = String(event.message.reversed().drop { $0.isNewline }.reversed())
        guard let value = try? JSONValue.parse(Array(text.utf8)), case .object(let fields) = value else {
            let isPlatform = ["START ", "END ", "REPORT ", "INIT_START "].contains { text.hasPrefix($0) }
            guard !isPlatform, !text.isEmpty else { return nil }
            return DevLogLine(time: event.time, function: function, level: "INFO", message: text)
        }
        // Platform events of the JSON format have a type and no message of ours.
        if fields["message"] == nil, fields["type"]?.stringValue?.hasPrefix("platform.") == true { return nil }
        return DevLogLine(
            time: event.time,
            function: function,
            level: fields["level"]?.stringValue ?? "INFO",
            message: fields["message"]?.stringValue ?? text,
            requestId: fields["requestId"]?.stringValue,
            fields: value
        )
    }
}
