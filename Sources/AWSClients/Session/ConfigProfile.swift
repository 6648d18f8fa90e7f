/// A section of one of the AWS CLI's files, with the place of everything in it.
struct ConfigSection: Equatable, Sendable {
    var path: String
    var values: [String: INIFile.Value]
    var lines: INIFile.Lines

    subscript(name: String) -> INIFile.Value? { values[name] }

    /// `nil` where it is not set, or begins a nested section.
    func text(_ name: String) -> String? {
        if case .text(let text)? = values[name] { text } else { nil }
    }

    /// `~/.aws/config:12`: of the option, or of the section where it is set by `[DEFAULT]` or not at all.
    func place(_ name: String) -> String { "\(path):\(lines.options[name] ?? lines.section)" }
}

/// A profile of both files; where both set an option, the credentials file wins, as with the AWS CLI.
struct ConfigProfile: Equatable, Sendable {
    var name: String
    /// Of the file `credentials`; `nil` where it has no such section.
    var credentials: ConfigSection?
    /// Of the file `config`.
    var config: ConfigSection?

    func isSet(_ option: String) -> Bool { section(of: option) != nil }

    func text(_ option: String) -> String? { section(of: option)?.text(option) }

    /// Where the option is set, or else where the profile begins.
    func place(_ option: String) -> String {
        (section(of: option) ?? config ?? credentials)?.place(option) ?? "profile \"\(name)\""
    }

    private func section(of option: String) -> ConfigSection? {
        [credentials, config].compactMap { $0 }.first { $0[option] != nil }
    }
}
