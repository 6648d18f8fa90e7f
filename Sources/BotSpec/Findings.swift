import Diagnostics

/// What one pass over the spec found, and where its values are. Decoding fills it, rules add to it.
final class Findings {
    struct Finding {
        var diagnostic: Diagnostic
        /// About one written value, whatever stands around it; else about how values go together.
        var isLocal: Bool
    }

    private(set) var all: [Finding] = []
    var sourceMap = SpecSourceMap()
    private var broken: Set<String> = []

    /// An error.
    func report(_ code: SpecCode, _ message: String, at range: SourceRange?, fix: String, isLocal: Bool = true) {
        report(.error, code, message, at: range, fix: fix, isLocal: isLocal)
    }

    func report(
        _ severity: Diagnostic.Severity,
        _ code: SpecCode,
        _ message: String,
        at range: SourceRange?,
        fix: String,
        isLocal: Bool = true
    ) {
        all.append(
            Finding(
                diagnostic: Diagnostic(severity, code: code.rawValue, message: message, range: range, fix: fix),
                isLocal: isLocal
            )
        )
    }

    /// The value could not be read: what stands in its place in the model is a filler that no rule should judge.
    func markBroken(_ path: String) { broken.insert(path) }

    /// Whether the values at these paths are what the user wrote, or their defaults.
    func areSound(_ paths: [String]) -> Bool {
        guard !broken.isEmpty else { return true }
        return paths.allSatisfy { path in
            !broken.contains {
                $0 == path || $0.hasPrefix(path + ".") || $0.hasPrefix(path + "[") || path.hasPrefix($0 + ".")
                    || path.hasPrefix($0 + "[")
            }
        }
    }
}
