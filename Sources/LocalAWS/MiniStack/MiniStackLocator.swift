/// Finds the MiniStack executable (https://pypi.org/project/ministack/).
package struct MiniStackLocator {
    /// The version that botctl is tested with.
    package static let version = "1.5.33"
    package static let environmentVariable = "BOTCTL_MINISTACK"

    private let environment: [String: String]
    private let isExecutable: (String) -> Bool

    package init(environment: [String: String], isExecutable: @escaping (String) -> Bool) {
        self.environment = environment
        self.isExecutable = isExecutable
    }

    /// In order: what the caller asks for, `BOTCTL_MINISTACK`, the project's `.venv`, `PATH`. The first two are
    /// taken or refused, never passed over.
    package func find(asked: String?, projectDirectory: String) throws(LocalAWSError) -> String {
        let named = environment[Self.environmentVariable].flatMap { $0.isEmpty ? nil : $0 }
        if let explicit = asked ?? named {
            guard isExecutable(explicit) else {
                throw LocalAWSError(
                    .ministackMissing,
                    "'\(explicit)' is not an executable file",
                    fix: asked == nil ? "correct or unset \(Self.environmentVariable)" : "name MiniStack's executable"
                )
            }
            return explicit
        }
        let inProject = "\(projectDirectory)/.venv/bin/ministack"
        if isExecutable(inProject) { return inProject }
        for directory in (environment["PATH"] ?? "").split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/ministack"
            if isExecutable(candidate) { return candidate }
        }
        throw LocalAWSError(
            .ministackMissing,
            "MiniStack, the local AWS, is not installed",
            fix: "run: python3 -m venv .venv && .venv/bin/pip install ministack==\(Self.version)"
        )
    }
}
