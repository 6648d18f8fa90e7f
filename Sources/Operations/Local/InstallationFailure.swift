/// Why MiniStack could not be installed, from what Python and pip say.
enum InstallationFailure {
    /// What MiniStack's own metadata asks for.
    static let oldestPython = (3, 10)

    static let noPython = OperationError(
        .local,
        "there is no python3 in the PATH, which MiniStack, the local AWS, runs on",
        fix: "install Python 3.10 or newer: apt install python3 python3-venv, brew install python"
    )

    static func oldPython(_ path: String, _ version: String) -> OperationError {
        OperationError(
            .local,
            "\(path) is Python \(version), and MiniStack needs \(oldestPython.0).\(oldestPython.1) or newer",
            fix: "put a newer python3 first in the PATH"
        )
    }

    static func noEnsurepip(_ version: String) -> OperationError {
        OperationError(
            .local,
            "this Python\(version.isEmpty ? "" : " \(version)") comes without ensurepip, which makes a place to install into",
            fix: "on Debian and Ubuntu: apt install python3-venv"
        )
    }

    static func brokenPython(_ path: String) -> OperationError {
        OperationError(.local, "\(path) does not run", fix: "check that `python3 --version` works")
    }

    /// The last lines of output are shown.
    static func of(output: [String]) -> OperationError {
        let text = output.joined(separator: "\n")
        let (message, fix) =
            known.first { $0.words.contains(where: text.contains) }.map { ($0.message, $0.fix) }
            ?? ("MiniStack could not be installed", "read what pip says, and run the command again")
        let lines = output.filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("Progress ") }
        return OperationError(.local, message, details: Array(lines.suffix(8)), fix: fix)
    }

    private struct Known {
        var words: [String]
        var message: String
        var fix: String
    }

    /// The first that is found counts: after a failed connection pip also says that there is no such version.
    private static let known = [
        Known(
            words: ["ensurepip is not available", "No module named ensurepip", "No module named pip"],
            message: "this Python comes without ensurepip",
            fix: "on Debian and Ubuntu: apt install python3-venv"
        ),
        Known(
            words: ["No space left on device", "Disk quota exceeded"],
            message: "there is no room for MiniStack",
            fix: "free about 150 MB, or let XDG_CACHE_HOME name a folder on another disk"
        ),
        Known(
            words: ["CERTIFICATE_VERIFY_FAILED", "SSLError"],
            message: "the package index has a certificate that is not trusted here",
            fix: "let PIP_CERT name the certificates of your network, and run the command again"
        ),
        Known(
            words: ["ProxyError", "Tunnel connection failed", "Cannot connect to proxy"],
            message: "the proxy does not let pip through",
            fix: "check HTTPS_PROXY, or let PIP_INDEX_URL name an index that can be reached"
        ),
        Known(
            words: [
                "NewConnectionError", "Failed to establish a new connection", "Temporary failure in name resolution",
                "ConnectTimeoutError", "ReadTimeoutError", "Connection refused", "Network is unreachable",
                "ConnectionResetError", "Connection aborted",
            ],
            message: "no package index can be reached",
            fix: "check the network, or let PIP_INDEX_URL name an index that can be reached, and run the command again"
        ),
        Known(
            words: ["No matching distribution found", "Could not find a version"],
            message: "the package index has not all that MiniStack needs",
            fix: "unset PIP_INDEX_URL, or let it name an index with MiniStack (https://pypi.org/simple)"
        ),
        Known(
            words: ["Permission denied", "Read-only file system"],
            message: "the cache folder cannot be written",
            fix: "let XDG_CACHE_HOME name a folder that you may write to"
        ),
    ]
}
