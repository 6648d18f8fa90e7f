import AWSCore
import Operations

/// The end of a command that changes what a deployed bot runs.
protocol DeploymentView {
    /// For people, beside the address.
    func headline(_ style: Style) -> String
    /// What scripts read: the address alone.
    var address: String { get }
    var json: String { get }
}

struct HotswapView: DeploymentView {
    let result: Hotswap.Result

    func headline(_ style: Style) -> String {
        let functions = plural(result.functions.count, "function")
        var text =
            switch result.outcome {
            case .nothingToDo:
                style.bold("Nothing to do: the functions of \(result.outputs.stack) run this already.") + "\n"
            case .swapped:
                style.bold("Hotswapped \(functions) of \(result.outputs.stack) in \(elapsed(result.seconds)).")
                    + "\nThe stack does not know of it: the next deploy brings both together.\n"
            case .restored:
                style.bold(
                    "\(functions) of \(result.outputs.stack) run the stack's own package again, after "
                        + "\(elapsed(result.seconds))."
                ) + "\n"
            }
        if let smoke = result.smoke { text += DeployView.smoke(smoke, style) }
        return text
    }

    var address: String { result.outputs.chatURL.map { "\($0)\n" } ?? "" }

    var json: String {
        let outputs = OutputsDocument(result.outputs)
        return BotctlCommands.json(
            Document(
                outcome: result.outcome.rawValue,
                seconds: result.seconds,
                settlingSeconds: result.settling,
                package: result.sha256,
                functions: result.functions,
                stack: outputs.stack,
                region: outputs.region,
                status: outputs.status,
                outputs: outputs.outputs,
                smoke: result.smoke.map(SmokeDocument.init)
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var outcome: String
        var seconds: Double
        var settlingSeconds: Double
        var package: String
        var functions: [String]
        var stack: String
        var region: String
        var status: String
        var outputs: [String: String]
        var smoke: SmokeDocument?
    }
}

/// That the functions run what their stack does not know of.
struct HotswapNote {
    private let state: HotswapState?

    init(_ state: HotswapState?) { self.state = state }

    /// `a package that the stack does not know: hotswapped 3 min ago by alice on laptop`; `nil` when there is nothing.
    var sentence: String? {
        guard let state else { return nil }
        let what =
            state.isFinished
            ? "a package that the stack does not know: hotswapped"
            : "different packages: a hotswap was not finished, begun"
        return "\(what) \(Self.age(state.seconds)) ago by \(visible(state.author))"
    }

    func text(_ style: Style) -> String {
        sentence.map { style.yellow("The functions run \($0).") + "\nThe next deploy brings both together.\n" } ?? ""
    }

    var markdown: String {
        guard let state, let sentence else { return "" }
        return "> [!NOTE]\n> The functions run \(Markdown.plain(sentence)) (\(Markdown.code(state.package))).\n"
    }

    struct Document: Encodable {
        var package: String
        var time: String
        var author: String
        var finished: Bool
    }

    var document: Document? {
        state.map { Document(package: $0.package, time: $0.time.rfc3339, author: $0.author, finished: $0.isFinished) }
    }

    static func json(_ state: HotswapState) -> JSONValue {
        .object([
            "package": .string(state.package), "time": .string(state.time.rfc3339), "author": .string(state.author),
            "finished": .bool(state.isFinished),
        ])
    }

    private static func age(_ seconds: Double) -> String {
        let minutes = Int(max(0, seconds) / 60)
        switch minutes {
        case 0: return "\(Int(max(0, seconds))) s"
        case ..<120: return "\(minutes) min"
        case ..<(48 * 60): return "\(minutes / 60) h"
        default: return "\(minutes / (24 * 60)) days"
        }
    }
}
