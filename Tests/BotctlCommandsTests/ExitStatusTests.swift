import Operations
import Testing

@testable import BotctlCommands

@Suite struct ExitStatusTests {
    @Test(
        arguments: [
            (OperationError.Code.specInvalid, 65), (.file, 1), (.wouldOverwrite, 1), (.build, 1), (.credentials, 77),
            (.accessDenied, 77), (.wrongAccount, 77), (.consentNeeded, 1), (.declined, 1), (.stackState, 1),
            (.rolledBack, 3), (.deployFailed, 1), (.notDeployed, 1), (.wrongAuthMode, 1), (.protected, 1), (.aws, 1),
            (.network, 1), (.ci, 1),
            (.local, 1), (.chat, 1), (.unknownCode, 1), (.smoke, 1), (.noSuchDeployment, 1), (.needsDeployment, 1),
            (.hotswapFailed, 1), (.alreadyRunning, 1), (.interrupted, 130),
        ] as [(OperationError.Code, Int32)]
    )
    func codes(code: OperationError.Code, number: Int32) {
        #expect(ExitStatus(code).rawValue == number)
    }

    @Test func theTableIsWhole() {
        #expect(OperationError.Code.allCases.count == 27)
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 64, 65, 77, 130])
    }
}
