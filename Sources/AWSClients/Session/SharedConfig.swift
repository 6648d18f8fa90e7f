/// The AWS CLI's `config` and `credentials` files and the profile in use.
struct SharedConfig {
    typealias Profile = [String: INIFile.Value]

    /// Named by `--profile` or the environment; `nil` where neither names one.
    let profileName: String?
    /// `--profile` was given: keys in the environment do not count then.
    let isProfileExplicit: Bool
    let configPath: String
    let credentialsPath: String
    /// The profile in each file; `nil` where the file or the profile is missing.
    let configProfile: Profile?
    let credentialsProfile: Profile?
    /// `[services x]` sections.
    private let services: [String: Profile]

    /// The name that is looked for in the files.
    var effectiveProfile: String { profileName ?? "default" }

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

        let config = try Self.read(configPath, options)?.sections ?? [:]
        var profiles: [String: Profile] = [:]
        var services: [String: Profile] = [:]
        for (header, values) in config.sorted(by: { $0.key < $1.key }) {
            if header == "default" {
                profiles["default"] = profiles["default"] ?? values
            } else if header.hasPrefix("profile"), let name = Self.nameAfterKeyword(header) {
                profiles[name] = values
            } else if header.hasPrefix("services"), let name = Self.nameAfterKeyword(header) {
                services[name] = values
            }
        }
        self.services = services
        configProfile = profiles[name]
        credentialsProfile = try Self.read(credentialsPath, options)?.sections[name]
        if profileName != nil, configProfile == nil, credentialsProfile == nil {
            throw SessionError(
                .profileNotFound,
                "profile \"\(name)\" is in neither \(configPath) nor \(credentialsPath)",
                nextStep: "name an existing profile with --profile or AWS_PROFILE (`aws configure list-profiles`)"
            )
        }
    }

    /// A setting of the profile; the credentials file wins, as with the AWS CLI.
    func setting(_ name: String) -> String? {
        guard case .text(let text)? = credentialsProfile?[name] ?? configProfile?[name] else { return nil }
        return text
    }

    /// A setting of a service in the profile's `services` section.
    func serviceSetting(_ service: String, _ name: String) throws(SessionError) -> String? {
        guard let section = setting("services") else { return nil }
        guard let values = services[section] else {
            throw SessionError(
                .malformedFile,
                "profile \"\(effectiveProfile)\" uses [services \(section)], which is not in \(configPath)",
                nextStep: "add the section or remove the profile's `services` line"
            )
        }
        guard case .nested(let settings)? = values[service] else { return nil }
        return settings[name]
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
