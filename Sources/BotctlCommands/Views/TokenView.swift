import Operations

/// A token alone, so that a shell can take it into a variable.
struct TokenView {
    let token: CustomerToken

    var text: String { token.token + "\n" }

    var json: String {
        BotctlCommands.json(
            Document(token: token.token, userId: token.userId, tokenId: token.tokenId, expiresAt: token.expiresAt)
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var token: String
        var userId: String
        var tokenId: String
        var expiresAt: Int64
    }
}
