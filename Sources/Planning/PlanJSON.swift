package import AWSCore

extension Plan {
    /// The plan for programs: `formatVersion` first changes when a reader has to; lists are there even when
    /// empty, absent values are left out.
    package var json: JSONValue {
        var fields: [String: JSONValue] = [
            "formatVersion": .int(Int64(Self.formatVersion)),
            "createsStack": .bool(createsStack),
            "empty": .bool(isEmpty),
            "summary": summary.json,
            "changes": .array(changes.map(\.json)),
            "parameters": .array(parameters.map(\.json)),
            "outputs": .array(outputs.map(\.json)),
        ]
        fields["package"] = package?.json
        fields["execution"] = execution.map {
            .object(["mode": .string($0.mode.rawValue), "reason": .string($0.reason)])
        }
        return .object(fields)
    }
}

extension Plan.Summary {
    fileprivate var json: JSONValue {
        .object([
            "add": .int(Int64(add)), "change": .int(Int64(change)), "replace": .int(Int64(replace)),
            "remove": .int(Int64(remove)), "dataLoss": .int(Int64(dataLoss)),
            "widerPermissions": .int(Int64(widerPermissions)), "exposed": .int(Int64(exposed)),
        ])
    }
}

extension Change.Rank {
    /// As the JSON form names it.
    package var name: String {
        switch self {
        case .dataLoss: "dataLoss"
        case .replacement: "replacement"
        case .widerPermission: "widerPermission"
        case .exposure: "exposure"
        case .cost: "cost"
        case .other: "other"
        }
    }
}

extension Change {
    fileprivate var json: JSONValue {
        .object([
            "action": .string(action.rawValue),
            "logicalId": .string(logicalId),
            "type": .string(type),
            "rank": .string(rank.name),
            "properties": .array(properties.map(\.json)),
            "reasons": .array(reasons.map(\.json)),
        ])
    }
}

extension Change.Reason {
    fileprivate var json: JSONValue {
        .object(["kind": .string(kind.rawValue), "text": .string(text)])
    }
}

extension PropertyChange {
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = ["path": .string(path), "replaces": .bool(replaces)]
        fields["before"] = before.map(JSONValue.string)
        fields["after"] = after.map(JSONValue.string)
        return .object(fields)
    }
}

extension ValueChange {
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = ["name": .string(name)]
        fields["before"] = before.map(JSONValue.string)
        fields["after"] = after.map(JSONValue.string)
        return .object(fields)
    }
}

extension PackageChange {
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = [
            "rules": .array(
                rules.map {
                    .object([
                        "file": .string($0.file), "action": .string($0.action.rawValue), "diff": $0.diff.json,
                    ])
                }
            ),
            "settings": .array(settings.map(\.json)),
            "files": .array(files.map(JSONValue.string)),
            "reasons": .array(reasons.map(\.json)),
        ]
        fields["handlersChanged"] = handlersChanged.map(JSONValue.bool)
        fields["prompt"] = prompt?.json
        return .object(fields)
    }
}

extension TextDiff {
    fileprivate var json: JSONValue {
        .array(
            hunks.map { hunk in
                .object([
                    "oldStart": .int(Int64(hunk.oldStart)),
                    "newStart": .int(Int64(hunk.newStart)),
                    "lines": .array(
                        hunk.lines.map { .object(["kind": .string($0.kind.rawValue), "text": .string($0.text)]) }
                    ),
                ])
            }
        )
    }
}
