package import AWSCore
import Diagnostics
package import Planning

/// What happens while `botctl dev` runs. One value, from which the terminal, the JSON lines and the page are made.
package enum DevEvent: Sendable, Equatable {
    /// Where everything is, once it answers.
    case ready(DevAddresses)
    /// The state of the last run is gone, and why.
    case freshState(reason: String)
    /// A change is live.
    case live(DevReload)
    /// A change was not taken: the bot goes on as it was.
    case refused(DevRefusal)
    /// What was refused is taken back: what is in the files is what runs.
    case mended(milliseconds: Int64)
    /// It does not run, or no longer.
    case failed(OperationError)
    case turn(DevTurn)
    case log(DevLogLine)
}

package struct DevAddresses: Sendable, Equatable {
    /// With its token.
    package var page: String
    package var chat: String
    package var endpoint: String
    package var stack: String
    /// Of the start.
    package var milliseconds: Int64
}

/// The parts of a project that people change.
package enum DevPart: String, Sendable, CaseIterable { case prompt, rules, settings, handlers }

package struct DevReload: Sendable, Equatable {
    /// How a change went live.
    package enum Way: String, Sendable {
        /// The functions' code, directly.
        case functions
        case changeSet
        /// The package is the one that runs.
        case nothing
    }

    package var parts: [DevPart]
    package var way: Way
    /// From the last save to the bot that runs it.
    package var milliseconds: Int64
    /// `nil` where no stack changed.
    package var plan: Plan?

    package init(parts: [DevPart], way: Way, milliseconds: Int64, plan: Plan?) {
        self.parts = parts
        self.way = way
        self.milliseconds = milliseconds
        self.plan = plan
    }
}

package struct DevRefusal: Sendable, Equatable {
    package var error: OperationError
    package var milliseconds: Int64
}

/// A line that a function wrote.
package struct DevLogLine: Sendable, Equatable {
    package var time: Timestamp
    package var function: String
    package var level: String
    package var message: String
    package var requestId: String?
    /// The handlers' own fields; `nil` for a line that is not JSON.
    package var fields: JSONValue?
}

extension DevEvent {
    /// `event` names what it is; times are milliseconds since 1970 and durations milliseconds.
    package var json: JSONValue {
        switch self {
        case .ready(let addresses):
            return Self.document(
                "ready",
                [
                    "page": .string(addresses.page), "chatUrl": .string(addresses.chat),
                    "endpoint": .string(addresses.endpoint), "stack": .string(addresses.stack),
                    "ms": .int(addresses.milliseconds),
                ]
            )
        case .freshState(let reason): return Self.document("freshState", ["reason": .string(reason)])
        case .live(let reload):
            var fields: [String: JSONValue] = [
                "parts": .array(reload.parts.map { .string($0.rawValue) }), "way": .string(reload.way.rawValue),
                "ms": .int(reload.milliseconds),
            ]
            fields["plan"] = reload.plan?.json
            return Self.document("live", fields)
        case .refused(let refusal):
            return Self.document("refused", ["ms": .int(refusal.milliseconds), "error": refusal.error.json])
        case .mended(let milliseconds): return Self.document("mended", ["ms": .int(milliseconds)])
        case .failed(let error): return Self.document("failed", ["error": error.json])
        case .turn(let turn): return Self.document("turn", ["turn": turn.json])
        case .log(let line): return Self.document("log", ["log": line.json])
        }
    }

    private static func document(_ name: String, _ fields: [String: JSONValue]) -> JSONValue {
        .object(fields.merging(["formatVersion": 1, "event": .string(name)]) { $1 })
    }
}

extension DevLogLine {
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "time": .int(time.milliseconds), "function": .string(function), "level": .string(level),
            "message": .string(message),
        ]
        members["requestId"] = requestId.map(JSONValue.string)
        members["fields"] = fields
        return .object(members)
    }
}

extension OperationError {
    var json: JSONValue {
        .object([
            "code": .string(code.rawValue), "message": .string(message),
            "details": .array(details.map { .string($0) }), "fix": .string(fix),
            "diagnostics": .array(diagnostics.map(\.json)),
        ])
    }
}

extension Diagnostic {
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "severity": .string(severity.rawValue), "code": .string(code), "message": .string(message),
            "fix": .string(fix),
        ]
        if let range {
            members["file"] = .string(range.file)
            members["line"] = .int(Int64(range.start.line))
            members["column"] = .int(Int64(range.start.column))
        }
        return .object(members)
    }
}
