import FoundationEssentials

/// What a program did that ran to its end.
package struct ProgramOutput: CustomStringConvertible {
    package var status: Int32
    package var bytes: [UInt8]
    package var errors: String

    package var succeeded: Bool { status == 0 }
    package var text: String { String(decoding: bytes, as: UTF8.self) }
    package var lines: [String] { text.split(separator: "\n").map(String.init) }
    package var description: String { "exit \(status)\n\(text)\(errors)" }
}

package struct ProgramFailed: Error, CustomStringConvertible {
    package var program: String
    package var output: ProgramOutput
    package var description: String { "\(program): \(output)" }
}

/// Runs a program to its end, see ``Subprocess``. Input and output are files, so neither side waits for the
/// other's pipe.
@discardableResult
package func runProgram(
    _ program: String,
    _ arguments: [String],
    input: [UInt8] = [],
    environment: [String: String] = [:]
) throws -> ProgramOutput {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let process = try Subprocess(
        program,
        arguments,
        environment: environment,
        input: .file(try folder.write("in", input)),
        output: .file("\(folder.path)/out"),
        errors: .file("\(folder.path)/err")
    )
    let status = process.wait()
    return ProgramOutput(
        status: status,
        bytes: Array(try Data(contentsOf: URL(filePath: "\(folder.path)/out"))),
        errors: folder.text("err")
    )
}
