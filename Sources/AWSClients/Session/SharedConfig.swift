/// The AWS CLI's `config` and `credentials` files and the profile in use.
struct SharedConfig {
    /// Named by `--profile` or the environment; `nil` where neither names one.
    let profileName: String?
    /// `--profile` was given: keys in the environment do not count then.
    let isProfileExplicit: Bool
    let configPath: String
    let credentialsPath: String
    /// The profile in use; empty where the files have none of its name.
    let current: ConfigProfile
    /// The sections of each file, by profile.
    private let configProfiles: [String: ConfigSection]
    private let credentialsProfiles: [String: ConfigSection]
    /// `[services x]` sections.
    private let services: [String: ConfigSection]
    private let ssoSessions: [String: ConfigSection]

    /// The name that is looked for in the files.
    var effectiveProfile: String { current.name }

    init(options: SessionOptions) throws(SessionError) {
        let environment = options.environment
        configPath = Self.expand(environment["AWS_CONFIG_FILE"] ?? "~/.aws/config", environment)
        credentialsPath = Self.expand(
            environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials",
            environment
        )
        isProfileExplicit = options.profile != nil
        // Set but empty counts as set for the AWS CLI, and then names no profile that exists.
        profileName = options.profile ?? environment["AWS_DEFAULT_PROFILE"] ?? environment["AWS_PROFILE"]
        let name = profileName ?? "default"

        let config = try Self.sections(configPath, options)
        var profiles: [String: ConfigSection] = [:]
        var services: [String: ConfigSection] = [:]
        var ssoSessions: [String: ConfigSection] = [:]
        for (header, section) in config.sorted(by: { $0.key < $1.key }) {
            if header == "default" {
                profiles["default"] = profiles["default"] ?? section
            } else if header.hasPrefix("profile"), let name = Self.nameAfterKeyword(header) {
                profiles[name] = section
            } else if header.hasPrefix("sso-session"), let name = Self.nameAfterKeyword(header) {
                ssoSessions[name] = section
            } else if header.hasPrefix("services"), let name = Self.nameAfterKeyword(header) {
                services[name] = section
            }
        }
        self.services = services
        self.ssoSessions = ssoSessions
        configProfiles = profiles
        credentialsProfiles = try Self.sections(credentialsPath, options)
        current = ConfigProfile(name: name, credentials: credentialsProfiles[name], config: profiles[name])
        if profileName != nil, current.config == nil, current.credentials == nil {
            throw SessionError(
                .profileNotFound,
                "profile \"\(name)\" is in neither \(configPath) nor \(credentialsPath)",
                nextStep: "name an existing profile with --profile or AWS_PROFILE (`aws configure list-profiles`)"
            )
        }
    }

    /// A profile of either file; `nil` where neither has it.
    func profile(_ name: String) -> ConfigProfile? {
        let profile = ConfigProfile(name: name, credentials: credentialsProfiles[name], config: configProfiles[name])
        return profile.credentials == nil && profile.config == nil ? nil : profile
    }

    /// Of both files, sorted.
    var profileNames: [String] { Set(configProfiles.keys).union(credentialsProfiles.keys).sorted() }

    /// `[sso-session x]`
    func ssoSession(_ name: String) -> ConfigSection? { ssoSessions[name] }

    /// A setting of the profile in use.
    func setting(_ name: String) -> String? { current.text(name) }

    /// A setting of a service in the profile's `services` section.
    func serviceSetting(_ service: String, _ name: String) throws(SessionError) -> String? {
        guard let section = setting("services") else { return nil }
        guard let values = services[section] else {
            throw SessionError(
                .malformedFile,
                "\(current.place("services")): profile \"\(effectiveProfile)\" uses [services \(section)], which is "
                    + "not in \(configPath)",
                nextStep: "add the section or remove the profile's `services` line"
            )
        }
        guard case .nested(let settings)? = values[service] else { return nil }
        return settings[name]
    }

    private static func sections(
        _ path: String,
        _ options: SessionOptions
    ) throws(SessionError) -> [String: ConfigSection] {
        guard let file = try read(path, options) else { return [:] }
        return file.sections.reduce(into: [:]) { sections, section in
            let lines = file.lines[section.key] ?? INIFile.Lines(section: 1, options: [:])
            sections[section.key] = ConfigSection(path: path, values: section.value, lines: lines)
        }
    }

    private static func read(_ path: String, _ options: SessionOptions) throws(SessionError) -> INIFile? {
        let bytes: [UInt8]?
        do {
            bytes = try options.readFile(path)
        } catch {
            throw SessionError(
                .unreadableFile,
                "\(path) cannot be read: \(error)",
                nextStep: "check the file's permissions"
            )
        }
        guard let bytes else { return nil }
        do {
            return try INIFile(bytes)
        } catch {
            throw SessionError(.malformedFile, "\(path):\(error.line): \(error.reason)", nextStep: "correct the line")
        }
    }

    /// `x` of `profile x` and `profile "x y"`, split as a shell would; `nil` unless that is two words.
    private static func nameAfterKeyword(_ header: String) -> String? {
        guard let words = shellWords(header), words.count == 2 else { return nil }
        return words[1]
    }

    /// Python's `shlex.split`; `nil` for an open quote.
    static func shellWords(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: UnicodeScalar?
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if let open = quote {
                if scalar == open {
                    quote = nil
                } else if scalar == "\\", open == "\"" {
                    guard let next = scalars.next() else { return nil }
                    if next != "\"" && next != "\\" { word?.append("\\") }
                    word?.append(next)
                } else {
                    word?.append(scalar)
                }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
                word = word ?? .init()
            } else if scalar == "\\" {
                guard let next = scalars.next() else { return nil }
                word = word ?? .init()
                word?.append(next)
            } else if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
                if let done = word { words.append(String(done)) }
                word = nil
            } else {
                word = word ?? .init()
                word?.append(scalar)
            }
        }
        guard quote == nil else { return nil }
        if let done = word { words.append(String(done)) }
        return words
    }

    /// `~/` and `$NAME`, `${NAME}` in a path, as the AWS CLI expands them.
    static func expand(_ path: String, _ environment: [String: String]) -> String {
        var expanded = ""
        var rest = path[...]
        while let character = rest.first {
            guard character == "$" else {
                expanded.append(character)
                rest.removeFirst()
                continue
            }
            let after = rest.dropFirst()
            let isBraced = after.first == "{"
            let body = isBraced ? after.dropFirst() : after
            let name = body.prefix { isBraced ? $0 != "}" : $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let end = isBraced ? body[name.endIndex...].dropFirst() : body[name.endIndex...]
            let isClosed = !isBraced || body[name.endIndex...].first == "}"
            if isClosed, let value = environment[String(name)] {
                expanded += value
            } else {
                expanded += rest[..<end.startIndex]
            }
            rest = end
        }
        guard expanded == "~" || expanded.hasPrefix("~/"), let home = environment["HOME"] else { return expanded }
        return home + expanded.dropFirst()
    }
}
