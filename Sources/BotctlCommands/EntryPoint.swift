import ArgumentParser
import Glibc
import Operations

package enum BotctlMain {
    /// Runs the command line of this process, and ends it.
    package static func run() -> Never {
        exit(run(Array(CommandLine.arguments.dropFirst()), Machine.current()).rawValue)
    }

    /// - Parameter arguments: without the program's name.
    static func run(_ arguments: [String], _ machine: Machine) -> ExitStatus {
        do {
            var command = try Botctl.parseAsRoot(optionsAfterCommand(arguments))
            if let command = command as? any BotctlCommand { return run(command, machine) }
            // The parser's own: help.
            try command.run()
            return .done
        } catch {
            // Help, version, completion scripts, and what the parser refuses.
            let text = Botctl.fullMessage(for: error, columns: machine.outputIsTerminal ? nil : 80)
            let isUsage = Botctl.exitCode(for: error) != .success
            (isUsage ? machine.error : machine.output)(text.hasSuffix("\n") || text.isEmpty ? text : text + "\n")
            return isUsage ? .usage : .done
        }
    }

    /// `botctl -C shop deploy` means `botctl deploy -C shop`, as with git and make. What is no option of every
    /// command stays where it is, for the parser to refuse.
    static func optionsAfterCommand(_ arguments: [String]) -> [String] {
        let flags: Set = ["--json", "--yes", "-y", "--no-color", "--verbose", "-v"]
        let options: Set = ["-C", "--spec", "--stage", "--region", "--profile", "--endpoint-url"]
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("-") {
            let name = arguments[index].split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
            if flags.contains(arguments[index]) || (options.contains(name) && name != arguments[index]) {
                index += 1
            } else if options.contains(name) {
                index += 2
            } else {
                return arguments
            }
        }
        guard index > 0, index < arguments.count else { return arguments }
        return [arguments[index]] + arguments[..<index] + arguments[(index + 1)...]
    }

    private static func run(_ command: any BotctlCommand, _ machine: Machine) -> ExitStatus {
        let options = command.global
        let console = Console(machine, noColour: options.noColor)
        let calls = CallLog(console, isShown: options.verbose, isJSON: options.json)
        let context = options.context(
            currentDirectory: machine.currentDirectory,
            effects: machine.effects(options.verbose ? { calls.record($0) } : nil)
        )
        let host = TerminalHost(console: console, context: context, isVerbose: options.verbose, isJSON: options.json)
        defer {
            host.finish()
            calls.finish()
        }
        let session = Session(
            context: context,
            currentDirectory: machine.currentDirectory,
            console: console,
            host: host,
            isJSON: options.json,
            isVerbose: options.verbose
        )
        do throws(OperationError) {
            return try command.execute(session)
        } catch {
            host.finish()
            let view = ErrorView(error, context: context)
            if options.json {
                host.fail(error)
                console.output(view.json)
            } else {
                console.error(view.text(console.errorStyle))
            }
            return ExitStatus(error.code)
        }
    }
}
