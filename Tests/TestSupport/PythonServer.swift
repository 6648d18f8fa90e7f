import Glibc

/// A Python script that prints its port first and ends with its standard input.
package final class PythonServer {
    package struct NotStarted: Error, CustomStringConvertible {
        package var script: String
        package var description: String { "\(script) did not print its port" }
    }

    package let port: Int
    private let process: Subprocess
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []

    /// - Parameter script: relative to the repository.
    package init(script: String, arguments: [String] = []) throws {
        let python = try Python.interpreter()
        let toChild = try pipe()
        let fromChild = try pipe()
        input = toChild.writing
        output = fromChild.reading
        process = try Subprocess(
            python,
            [Repository.path(script)] + arguments,
            input: .descriptor(toChild.reading),
            output: .descriptor(fromChild.writing),
            errors: .inherited
        )
        // The child alone holds its ends now, so that its end is the end of its output.
        close(toChild.reading)
        close(fromChild.writing)
        guard let line = Self.readLine(output, &buffer), let port = Int(line) else {
            throw NotStarted(script: script)
        }
        self.port = port
    }

    /// The next line of its output; `nil` when it ended.
    package func nextLine() -> String? { Self.readLine(output, &buffer) }

    package func stop() {
        close(input)
        process.wait()
        close(output)
    }

    private static func readLine(_ descriptor: Int32, _ buffer: inout [UInt8]) -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }
}

/// Closed in every other child, so that a server sees the end of its input.
private func pipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw SystemCallFailed("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}
