// swift-tools-version: 6.1
import PackageDescription

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Tests run on the machine that builds them, so they link its shared OpenSSL.
let openSSL: [LinkerSetting] = [.linkedLibrary("ssl"), .linkedLibrary("crypto")]

/// `botctl init` writes this manifest without them: their judges are the Python peers of botctl's own repository.
/// SwiftPM asks again for what is there only when this file changes.
let tests: [Target] = [
    .target(name: "TestSupport", dependencies: ["AWSCore"], path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
        name: "AWSCoreTests",
        dependencies: ["AWSCore", "TestSupport"],
        exclude: ["sigv4_oracle.py", "error_oracle.py", "eventstream_oracle.py", "json_oracle.py", "tls_server.py"],
        swiftSettings: settings,
        linkerSettings: openSSL
    ),
    .testTarget(
        name: "BotContractTests",
        dependencies: ["BotContract", "TestSupport"],
        swiftSettings: settings,
        linkerSettings: openSSL
    ),
    .testTarget(
        name: "LambdaRuntimeTests",
        dependencies: ["LambdaRuntime", "AWSCore", "TestSupport"],
        swiftSettings: settings,
        linkerSettings: openSSL
    ),
    .testTarget(
        name: "RetrievalTests",
        dependencies: ["Retrieval", "AWSCore", "BotContract", "TestSupport"],
        swiftSettings: settings,
        linkerSettings: openSSL
    ),
    .testTarget(
        name: "JSONSchemaTests",
        dependencies: ["JSONSchema", "AWSCore", "TestSupport"],
        exclude: ["schema_oracle.py"],
        swiftSettings: settings,
        linkerSettings: openSSL
    ),
    .testTarget(
        name: "BotTests",
        dependencies: ["Bot", "AWSCore", "BotContract", "LambdaRuntime", "TestSupport"],
        exclude: ["jwt_oracle.py", "llama_oracle.py", "peer_oracle.py"],
        swiftSettings: settings,
        linkerSettings: openSSL
    ),
].filter { access("\(Context.packageDirectory)/Tests/\($0.name)", F_OK) == 0 }

let package = Package(
    name: "handlers",
    products: [
        .executable(name: "bootstrap", targets: ["bootstrap"]),
        .library(name: "AWSCore", targets: ["AWSCore"]),
        .library(name: "BotContract", targets: ["BotContract"]),
        .library(name: "Retrieval", targets: ["Retrieval"]),
        .library(name: "JSONSchema", targets: ["JSONSchema"]),
    ],
    targets: [
        // No `link` line in the module map: the Lambda executable links OpenSSL's archives, the
        // command-line tool its shared libraries.
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .target(name: "AWSCore", dependencies: ["COpenSSL"], swiftSettings: settings),
        .target(name: "BotContract", swiftSettings: settings),
        .target(name: "LambdaRuntime", dependencies: ["AWSCore"], swiftSettings: settings),
        .target(name: "Retrieval", dependencies: ["AWSCore", "BotContract"], swiftSettings: settings),
        .target(name: "JSONSchema", dependencies: ["AWSCore"], swiftSettings: settings),
        .target(
            name: "Bot",
            dependencies: ["AWSCore", "BotContract", "LambdaRuntime", "Retrieval", "JSONSchema"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bootstrap",
            dependencies: ["Bot"],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary(":libssl.a"), .linkedLibrary(":libcrypto.a")]
        ),
    ] + tests,
    swiftLanguageModes: [.v6]
)
