// swift-tools-version: 6.1
import PackageDescription

// The module table, with what each target owns and may import, is in docs/architecture.md.
// SwiftPM refuses an import that is not declared here (see `make build`), so the table stays true.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let awsCore: Target.Dependency = .product(name: "AWSCore", package: "handlers")
let retrieval: Target.Dependency = .product(name: "Retrieval", package: "handlers")
let jsonSchema: Target.Dependency = .product(name: "JSONSchema", package: "handlers")
let botContract: Target.Dependency = .product(name: "BotContract", package: "handlers")

let package = Package(
    name: "botctl",
    // What the client library for apps needs; without a meaning on Linux.
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .executable(name: "botctl", targets: ["botctl"]),
        .library(name: "BotClient", targets: ["BotClient"]),
    ],
    dependencies: [
        .package(path: "handlers"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(name: "Diagnostics", swiftSettings: settings),
        .target(
            name: "BotSpec",
            dependencies: ["Diagnostics", "CYAML", botContract, awsCore, jsonSchema],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(name: "CloudFormation", swiftSettings: settings),
        .target(
            name: "Synthesis",
            dependencies: ["BotSpec", "CloudFormation", botContract],
            swiftSettings: settings
        ),
        .target(
            name: "Planning",
            dependencies: ["CloudFormation", awsCore],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(
            name: "HandlerBuild",
            dependencies: ["BotSpec", "CZlib", botContract, awsCore],
            exclude: ["Template/Files"],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")],
            plugins: ["EmbedProject"]
        ),
        .target(
            name: "Web",
            exclude: ["client", "dev", "widget"],
            swiftSettings: settings,
            plugins: ["EmbedProject"]
        ),
        .plugin(name: "EmbedProject", capability: .buildTool(), dependencies: ["embed-project"]),
        .executableTarget(name: "embed-project", swiftSettings: settings),
        .target(
            name: "AWSClients",
            dependencies: ["CCurl", awsCore],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(
            name: "LocalAWS",
            dependencies: ["AWSClients", awsCore, botContract],
            swiftSettings: settings
        ),
        .target(
            name: "Operations",
            dependencies: [
                "BotSpec", "CloudFormation", "Synthesis", "Planning", "HandlerBuild", "AWSClients",
                "LocalAWS", "Diagnostics", "Web", awsCore, botContract, retrieval,
            ],
            swiftSettings: settings,
            plugins: ["EmbedProject"]
        ),
        .target(
            name: "BotctlCommands",
            dependencies: [
                "Operations", "Diagnostics", "BotSpec", "CloudFormation", "Synthesis", "Planning", "HandlerBuild",
                awsCore,
                botContract,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "botctl", dependencies: ["BotctlCommands"], swiftSettings: settings),

        // For apps that chat with a bot. No target of botctl's uses it, nor does it use one of theirs.
        .target(name: "BotClient", swiftSettings: settings),
        .testTarget(
            name: "BotClientTests",
            dependencies: ["BotClient", "AWSClients", "TestSupport"],
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            dependencies: ["BotSpec", botContract],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: settings),
        .testTarget(
            name: "BotSpecTests",
            dependencies: ["BotSpec", "Diagnostics", "TestSupport", botContract],
            exclude: ["Broken", "yaml_oracle.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CloudFormationTests",
            dependencies: ["CloudFormation", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SynthesisTests",
            dependencies: ["Synthesis", "BotSpec", "CloudFormation", "Diagnostics", "TestSupport", botContract],
            exclude: ["Goldens", "lint_goldens.sh", "handler_permissions.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PlanningTests",
            dependencies: ["Planning", "CloudFormation", "Synthesis", "BotSpec", "TestSupport", awsCore],
            exclude: ["create_only.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HandlerBuildTests",
            dependencies: ["HandlerBuild", "BotSpec", "Diagnostics", "TestSupport", botContract, awsCore],
            swiftSettings: settings
        ),
        .testTarget(name: "WebTests", dependencies: ["Web", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "AWSClientsTests",
            dependencies: ["AWSClients", "TestSupport", awsCore],
            exclude: ["Python"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LocalAWSTests",
            dependencies: ["LocalAWS", "AWSClients", "TestSupport", awsCore, botContract],
            exclude: ["Python"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Operations", "BotSpec", "CloudFormation", "Synthesis", "Planning", "HandlerBuild", "AWSClients",
                "LocalAWS", "Diagnostics", "TestSupport", "Web", awsCore, botContract, retrieval,
            ],
            exclude: ["Chat/chat_server.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BotctlCommandsTests",
            dependencies: [
                "BotctlCommands", "Operations", "Diagnostics", "Planning", "BotSpec", "CloudFormation", "Synthesis",
                "HandlerBuild", "TestSupport", awsCore, botContract,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Goldens"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
