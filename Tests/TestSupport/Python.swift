import Glibc

/// The Python with the peers that judge our code (Tests/requirements.txt): what `BOTCTL_TEST_PYTHON` names, or the
/// repository's `.venv`. Without it a test fails: a judge that is silently absent proves nothing.
package enum Python {
    package struct Missing: Error, CustomStringConvertible {
        package var path: String
        package var description: String {
            "no Python with the test tools at \(path): run `make setup`, or set BOTCTL_TEST_PYTHON"
        }
    }

    package static func interpreter() throws -> String {
        let named = environmentVariable("BOTCTL_TEST_PYTHON").flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? Repository.path(".venv/bin/python")
        guard access(path, X_OK) == 0 else { throw Missing(path: path) }
        return path
    }

    /// A program that the test tools bring, such as `ministack`.
    package static func tool(_ name: String) throws -> String {
        try interpreter().split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/\(name)"
    }

    /// - Parameter script: relative to the repository.
    /// - Throws: ``ProgramFailed`` when the script fails.
    package static func run(
        _ script: String,
        _ arguments: [String] = [],
        input: [UInt8] = [],
        environment: [String: String] = [:]
    ) throws -> ProgramOutput {
        let output = try runProgram(
            interpreter(),
            [Repository.path(script)] + arguments,
            input: input,
            environment: environment
        )
        guard output.succeeded else { throw ProgramFailed(program: script, output: output) }
        return output
    }
}
