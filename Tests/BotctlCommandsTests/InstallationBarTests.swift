import Testing

@testable import BotctlCommands

@Suite struct InstallationBarTests {
    @Test(arguments: [
        (0, "[····················]   0 %"), (0.5, "[██████████··········]  50 %"),
        (0.999, "[███████████████████·]  99 %"), (1, "[████████████████████] 100 %"),
        (-1, "[····················]   0 %"), (7, "[████████████████████] 100 %"),
        (.nan, "[····················]   0 %"),
    ])
    func isDrawn(_ share: Double, _ bar: String) { #expect(InstallationBar.text(share) == bar) }
}
