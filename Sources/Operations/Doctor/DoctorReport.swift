package import AWSClients

/// What `botctl doctor` found, in the order in which one thing rests on another.
package struct DoctorReport: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case ok
        /// Works, but somebody should know.
        case warn
        case fail
        /// Not looked at, because something before it failed.
        case skip
    }

    package struct Check: Sendable, Equatable {
        /// One word or two, for people and scripts.
        package var name: String
        package var status: Status
        /// One clause.
        package var summary: String
        /// One fact to a line.
        package var details: [String]
        /// The way out; `nil` where nothing is to be done.
        package var fix: String?

        package init(_ name: String, _ status: Status, _ summary: String, details: [String] = [], fix: String? = nil) {
            self.name = name
            self.status = status
            self.summary = summary
            self.details = details
            self.fix = fix
        }
    }

    package var checks: [Check]
    /// Every source of credentials, in order, and what came of it; empty where none was asked.
    package var sources: [SourceReport]

    package init(checks: [Check], sources: [SourceReport]) {
        self.checks = checks
        self.sources = sources
    }

    package var hasFailed: Bool { checks.contains { $0.status == .fail } }
}
