/// The version of this botctl.
package enum BotctlVersion {
    package static let text = "0.1.0"
}
