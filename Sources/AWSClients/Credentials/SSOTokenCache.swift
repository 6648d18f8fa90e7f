import AWSCore

/// The folder of sign-ins that the AWS CLI and the SDKs share.
package struct SSOTokenCache {
    private let settings: SSOSettings
    private let options: SessionOptions

    package init(settings: SSOSettings, options: SessionOptions) {
        self.settings = settings
        self.options = options
    }

    package var path: String {
        SharedConfig.expand(
            "~/.aws/sso/cache/\(hexEncode(sha1(Array(settings.cacheKey.utf8)))).json",
            options.environment
        )
    }

    /// - Returns: `nil` where there is no file, or none with a token in it.
    func read() throws(SessionError) -> SSOToken? {
        do {
            return try options.readFile(path).flatMap { try? JSONValue.parse($0) }.flatMap { SSOToken($0) }
        } catch {
            throw SessionError(
                .unreadableFile,
                "\(path) cannot be read: \(error)",
                nextStep: "check the file's permissions"
            )
        }
    }

    package func write(_ token: SSOToken) throws(SessionError) {
        guard path.hasPrefix("/") else {
            throw SessionError(
                .unreadableFile,
                "HOME is not set, so there is no place for \(path)",
                nextStep: "set HOME"
            )
        }
        do {
            try options.credentials.writePrivateFile(path, token.json.encoded())
        } catch {
            throw SessionError(
                .unreadableFile,
                "\(path) cannot be written: \(error)",
                nextStep: "check the permissions of the folder"
            )
        }
    }
}
