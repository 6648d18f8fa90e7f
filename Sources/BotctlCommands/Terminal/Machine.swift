import AWSCore
import Glibc
import Operations

/// The process around a command: its streams, folder and environment.
struct Machine {
    var currentDirectory: String
    var environment: [String: String]
    /// Standard output goes to a terminal.
    var outputIsTerminal: Bool
    var errorIsTerminal: Bool
    var inputIsTerminal: Bool
    /// How wide the terminal of standard error is at the moment.
    var columns: () -> Int = { 80 }
    /// And how high.
    var rows: () -> Int = { 24 }
    var output: (String) -> Void
    var error: (String) -> Void
    /// `nil` at the end of input, and when a signal comes.
    var readLine: () -> String?
    var effects: (_ log: ((AWSAttempt) -> Void)?) -> Effects

    static func current() -> Machine {
        Interrupts.install()
        let environment = processEnvironment()
        let inputIsTerminal = isatty(STDIN_FILENO) == 1
        let errorIsTerminal = isatty(STDERR_FILENO) == 1
        return Machine(
            currentDirectory: workingDirectory(environment),
            environment: environment,
            outputIsTerminal: isatty(STDOUT_FILENO) == 1,
            errorIsTerminal: errorIsTerminal,
            inputIsTerminal: inputIsTerminal,
            columns: { terminalSize().columns },
            rows: { terminalSize().rows },
            output: { write($0, to: STDOUT_FILENO) },
            error: { write($0, to: STDERR_FILENO) },
            readLine: readLineFromInput,
            effects: { log in
                .live(
                    environment: environment,
                    isTerminal: inputIsTerminal && errorIsTerminal,
                    signals: Interrupts.signals,
                    log: log,
                    askMFACode: { askMFACode($0, isDumb: environment["TERM"] == "dumb") }
                )
            }
        )
    }
}

private func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
        let text = String(cString: entry)
        if let cut = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
            result[String(text[..<cut])] = String(text[text.utf8.index(after: cut)...])
        }
        pointer += 1
    }
    return result
}

private func workingDirectory(_ environment: [String: String]) -> String {
    guard let path = getcwd(nil, 0) else { return environment["PWD"] ?? "/" }
    defer { free(path) }
    return String(cString: path)
}

private func terminalSize() -> (columns: Int, rows: Int) {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return (isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80, isKnown && size.ws_row > 0 ? Int(size.ws_row) : 24)
}

private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { buffer in
        var done = 0
        while done < buffer.count {
            let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
            if count >= 0 { done += count } else if errno != EINTR { return }
        }
    }
}

/// The code is shown while it is typed: it is good for half a minute, and once.
private func askMFACode(_ serial: String, isDumb: Bool) -> String? {
    // A progress line that the next one would replace may be there.
    write("\(isDumb ? "" : "\r\u{1B}[K")Code of the MFA device \(visible(serial)): ", to: STDERR_FILENO)
    return readLineFromInput()
}

private func readLineFromInput() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count < 0, errno == EINTR, !Interrupts.signals.isInterrupted { continue }
        guard count == 1 else { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
        if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(byte)
    }
}
