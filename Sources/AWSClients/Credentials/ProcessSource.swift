import AWSCore

/// `credential_process`: a program that prints credentials as JSON
/// (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html).
struct ProcessSource: CredentialsSource {
    var calls: CredentialsCalls
    var profile: ConfigProfile

    var name: String { "profile \(profile.name), credential_process" }

    func selection() -> CredentialsSelection {
        profile.isSet("credential_process")
            ? .selected("credential_process is set (\(profile.place("credential_process")))") : .notSelected("not set")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        let place = "\(profile.place("credential_process")): credential_process"
        guard let arguments = profile.text("credential_process").flatMap(SharedConfig.shellWords), !arguments.isEmpty
        else {
            throw SessionError(
                .invalidProfile,
                "\(place) is not a command",
                nextStep: "write a program with its arguments, and close every quote"
            )
        }
        let calls = calls
        return .found(
            RefreshingCredentials(clock: calls.clock) { () throws(SessionError) -> Credentials in
                try Self.run(arguments, calls, place)
            }
        )
    }

    private static func run(
        _ arguments: [String],
        _ calls: CredentialsCalls,
        _ place: String
    ) throws(SessionError) -> Credentials {
        let result: CredentialsEffects.ProcessOutput
        do {
            result = try calls.options.credentials.runProcess(arguments, calls.options.environment)
        } catch {
            if calls.options.isCancelled() {
                throw .interrupted
            }
            throw SessionError(
                .processFailed,
                "\(place) could not be run: \(error)",
                nextStep: "correct the command; no shell expands it, so write paths in full"
            )
        }
        guard result.status == 0 else {
            // Ctrl-C reaches the program as well, and may end it first.
            if calls.options.isCancelled() { throw .interrupted }
            // What it says about its failure; its output may hold secrets.
            let words = firstLine(String(decoding: result.errors, as: UTF8.self))
            throw SessionError(
                .processFailed,
                "\(place) failed with status \(result.status)\(words.isEmpty ? "" : ": \(words)")",
                nextStep: "run the command by itself and see that it prints credentials"
            )
        }
        func unreadable(_ what: String) -> SessionError {
            SessionError(
                .processFailed,
                "\(place) \(what)",
                nextStep: "let it print {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …}"
            )
        }
        guard let document = try? JSONValue.parse(result.output), document.objectValue != nil else {
            throw unreadable("did not print a JSON object")
        }
        guard document["Version"]?.intValue == 1 else { throw unreadable("did not print \"Version\": 1") }
        guard let id = document["AccessKeyId"]?.stringValue, let secret = document["SecretAccessKey"]?.stringValue
        else {
            throw unreadable("printed no AccessKeyId, or no SecretAccessKey")
        }
        var expires: Timestamp?
        if let text = document["Expiration"]?.stringValue {
            guard let time = Timestamp(rfc3339: text) else {
                throw unreadable("printed an Expiration that is not a time: \(firstLine(text))")
            }
            expires = time
        }
        return Credentials(
            accessKeyId: id,
            secretAccessKey: secret,
            sessionToken: document["SessionToken"]?.stringValue,
            expires: expires
        )
    }
}

/// At most 300 characters, without control characters.
func firstLine(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return String(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(300).map(Character.init))
}
