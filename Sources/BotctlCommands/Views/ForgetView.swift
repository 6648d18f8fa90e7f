import Operations

/// What was deleted of a customer.
struct ForgetView {
    let result: Forget.Result

    func text(_ style: Style) -> String {
        let user = visible(result.user)
        if result.found == 0 { return style.bold("Nothing to do: \(result.table) holds nothing of \(user).") + "\n" }
        if result.isDryRun {
            return "\(plural(result.found, "item")) of \(user) in \(result.table). Nothing was deleted.\n"
        }
        return style.bold("Deleted \(plural(result.deleted, "item")) of \(user).")
            + "\nRead again, strongly consistent: nothing of \(user) is left in \(result.table).\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                user: result.user,
                table: result.table,
                found: result.found,
                deleted: result.deleted,
                left: result.isDryRun ? result.found : 0,
                dryRun: result.isDryRun
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var user: String
        var table: String
        var found: Int
        var deleted: Int
        /// By a second, consistent reading.
        var left: Int
        var dryRun: Bool
    }
}
