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
    private var aroundBroken: Set<String> = []

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
    func markBroken(_ path: String) {
        broken.insert(path)
        for ancestor in SpecPath.ancestors(of: path) { aroundBroken.insert(ancestor) }
    }

    /// Whether the values at these paths, and all below them, are what the user wrote, or their defaults.
    func areSound(_ paths: [String]) -> Bool {
        guard !broken.isEmpty else { return true }
        return paths.allSatisfy { path in
            !broken.contains(path) && !aroundBroken.contains(path)
                && SpecPath.ancestors(of: path).allSatisfy { !broken.contains($0) }
        }
    }
}

enum SpecPath {
    /// `a.b[0].c` is in `a.b[0]`, `a.b` and `a`.
    static func ancestors(of path: String) -> UnfoldSequence<String, String> {
        sequence(state: path) { rest in
            guard let cut = rest.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
            rest = String(rest[..<cut])
            return rest
        }
    }
}
