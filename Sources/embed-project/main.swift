import FoundationEssentials

// embed-project ROOT OUTPUT FILE=PATH…: writes Swift source whose `embeddedFiles` holds the files' texts as string
// literals, which compile in a hundredth of the time of arrays of bytes.

struct Unusable: Error, CustomStringConvertible { var description: String }

/// A multi-line raw string literal. Its text ends before the last line break, so one is added.
func literal(_ text: String) -> String {
    var marks = "#"
    while text.contains("\"\"\"\(marks)") || text.contains("\\\(marks)") { marks += "#" }
    return "\(marks)\"\"\"\n\(text)\n\"\"\"\(marks)"
}

func source(root: String, files: some Sequence<String>) throws -> String {
    var source = "let embeddedFiles: [(path: String, contents: String, executable: Bool)] = [\n"
    for file in files {
        guard let separator = file.firstIndex(of: "=") else { throw Unusable(description: "\(file): no `=`") }
        let origin = "\(root)/\(file[..<separator])"
        let data = try Data(contentsOf: URL(filePath: origin))
        // Swift reads a carriage return in a literal as a line break, and refuses NUL.
        guard let text = String(bytes: data, encoding: .utf8), !data.contains(0), !data.contains(0x0D) else {
            throw Unusable(description: "\(origin): only UTF-8 text with LF line ends can be embedded")
        }
        let executable = FileManager.default.isExecutableFile(atPath: origin)
        source += "(#\"\(file[file.index(after: separator)...])\"#, \(literal(text)), \(executable)),\n"
    }
    return source + "]\n"
}

let arguments = CommandLine.arguments
guard arguments.count > 3 else { throw Unusable(description: "usage: embed-project ROOT OUTPUT FILE=PATH…") }
let text = try source(root: arguments[1], files: arguments[3...])
let output = URL(filePath: arguments[2])
// SwiftPM runs this at each build; only a new content may cost a compilation.
if (try? Data(contentsOf: output)) != Data(text.utf8) {
    try Data(text.utf8).write(to: output, options: .atomic)
}
