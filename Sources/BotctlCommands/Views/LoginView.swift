import AWSCore
import Operations

/// A sign-in that is there now.
struct LoginView {
    let result: Login.Result

    private var until: String { "\(result.expires.rfc3339.prefix(19))Z" }

    func text(_ style: Style) -> String {
        let renewal = result.isRenewable ? ", and is renewed when it is used" : ""
        return style.bold("Signed in to \(visible(result.startURL)).")
            + "\nGood until \(until)\(renewal). Use it with --profile \(visible(result.profile)).\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                profile: result.profile,
                session: result.session,
                startUrl: result.startURL,
                region: result.region,
                expiresAt: until,
                renewable: result.isRenewable,
                file: result.file
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var profile: String
        var session: String?
        var startUrl: String
        var region: String
        var expiresAt: String
        var renewable: Bool
        var file: String
    }
}
