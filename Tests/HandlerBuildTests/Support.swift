import TestSupport
import Testing

@testable import HandlerBuild

/// Compiles a C program.
func compileC(_ source: String, _ arguments: String...) throws -> [UInt8] {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let files = [try folder.write("main.c", source), "-o", "\(folder.path)/a.out"]
    let compiled = try runProgram("cc", files + arguments)
    try #require(compiled.succeeded, "\(compiled)")
    return try Files.read("\(folder.path)/a.out")
}
