// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Tests run on the machine that builds them, so they link its shared OpenSSL.
let openSSL: [LinkerSetting] = [.linkedLibrary("ssl"), .linkedLibrary("crypto")]

let package = Package(
    name: "handlers",
    products: [
        .executable(name: "bootstrap", targets: ["bootstrap"]),
        .library(name: "AWSCore", targets: ["AWSCore"]),
        .library(name: "BotContract", targets: ["BotContract"]),
    ],
    targets: [
        // No `link` line in the module map: the Lambda executable links OpenSSL's archives, the
        // command-line tool its shared libraries.
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .target(name: "AWSCore", dependencies: ["COpenSSL"], swiftSettings: settings),
        .target(name: "BotContract", swiftSettings: settings),
        .target(name: "LambdaRuntime", dependencies: ["AWSCore"], swiftSettings: settings),
        .target(
            name: "Bot",
            dependencies: ["AWSCore", "BotContract", "LambdaRuntime"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bootstrap",
            dependencies: ["Bot"],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary(":libssl.a"), .linkedLibrary(":libcrypto.a")]
        ),

        .testTarget(
            name: "AWSCoreTests",
            dependencies: ["AWSCore"],
            exclude: [
                "sigv4_oracle.py", "error_oracle.py", "eventstream_oracle.py", "json_oracle.py", "tls_server.py",
            ],
            swiftSettings: settings,
            linkerSettings: openSSL
        ),
        .testTarget(
            name: "BotContractTests",
            dependencies: ["BotContract"],
            swiftSettings: settings,
            linkerSettings: openSSL
        ),
        .testTarget(
            name: "LambdaRuntimeTests",
            dependencies: ["LambdaRuntime", "AWSCore"],
            swiftSettings: settings,
            linkerSettings: openSSL
        ),
        .testTarget(
            name: "BotTests",
            dependencies: ["Bot", "AWSCore", "BotContract", "LambdaRuntime"],
            swiftSettings: settings,
            linkerSettings: openSSL
        ),
    ],
    swiftLanguageModes: [.v6]
)
