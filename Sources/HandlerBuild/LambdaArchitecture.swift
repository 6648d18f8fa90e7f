package import BotSpec

/// A processor that Lambda runs functions on; raw values are CloudFormation's.
package enum LambdaArchitecture: String, Sendable, CaseIterable {
    case arm64
    case intel = "x86_64"

    /// As container engines write it.
    package var containerPlatform: String {
        switch self {
        case .arm64: "linux/arm64"
        case .intel: "linux/amd64"
        }
    }

    /// How names of Swift SDKs and triples spell it.
    var spellings: [String] {
        switch self {
        case .arm64: ["aarch64", "arm64"]
        case .intel: ["x86_64", "amd64", "x86-64"]
        }
    }
}

/// The machine that builds.
package struct HostPlatform: Sendable, Equatable {
    package var isLinux: Bool
    package var architecture: LambdaArchitecture

    package init(isLinux: Bool, architecture: LambdaArchitecture) {
        self.isLinux = isLinux
        self.architecture = architecture
    }

    package static var current: HostPlatform {
        #if os(Linux)
            let isLinux = true
        #else
            let isLinux = false
        #endif
        #if arch(arm64)
            return HostPlatform(isLinux: isLinux, architecture: .arm64)
        #else
            return HostPlatform(isLinux: isLinux, architecture: .intel)
        #endif
    }
}

extension BotSpec.Handlers {
    /// `auto` builds for the processor of the machine that builds: nothing to install, nothing to emulate.
    package func architecture(on host: HostPlatform) -> LambdaArchitecture {
        switch architecture {
        case .auto: host.architecture
        case .arm64: .arm64
        case .intel: .intel
        }
    }
}
