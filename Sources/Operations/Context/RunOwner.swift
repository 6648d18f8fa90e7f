#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Who a run belongs to: written into its change sets, so that another run can tell a colleague's from litter.
package struct RunOwner: Sendable, Equatable {
    package var name: String
    package var host: String
    package var process: Int32
    /// Somebody sits at a terminal and may think about the plan for a while.
    package var asks: Bool

    package init(name: String, host: String, process: Int32, asks: Bool = false) {
        self.name = name
        self.host = host
        self.process = process
        self.asks = asks
    }

    private static let words = (by: "botctl run by ", on: " on ", process: ", process ", asks: ", asks")

    /// The description of a change set.
    package var description: String {
        "\(Self.words.by)\(name)\(Self.words.on)\(host)\(Self.words.process)\(process)\(asks ? Self.words.asks : "")"
    }

    /// - Returns: `nil` for a description that botctl did not write.
    package init?(description: String) {
        let asks = description.hasSuffix(Self.words.asks)
        let text = asks ? description.dropLast(Self.words.asks.count) : description[...]
        guard text.hasPrefix(Self.words.by), let comma = text.ranges(of: Self.words.process).last,
            let on = text[..<comma.lowerBound].ranges(of: Self.words.on).last,
            let process = Int32(text[comma.upperBound...])
        else { return nil }
        self.init(
            name: String(text[..<on.lowerBound].dropFirst(Self.words.by.count)),
            host: String(text[on.upperBound..<comma.lowerBound]),
            process: process,
            asks: asks
        )
    }

    /// This process, under the name that its environment gives whoever started it.
    package static func current(_ environment: [String: String], asks: Bool) -> RunOwner {
        var buffer = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&buffer, buffer.count - 1) == 0
        let host = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let names = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME"]
        return RunOwner(
            name: names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "somebody",
            host: isKnown && !host.isEmpty ? host : "an unknown machine",
            process: getpid(),
            asks: asks
        )
    }
}

/// The processes of this machine, as far as runs need to know of them.
package struct ProcessTable {
    package var owner: RunOwner
    package var isRunning: (_ process: Int32) -> Bool

    package init(owner: RunOwner, isRunning: @escaping (_ process: Int32) -> Bool) {
        self.owner = owner
        self.isRunning = isRunning
    }

    package static func live(_ environment: [String: String], asks: Bool) -> ProcessTable {
        ProcessTable(owner: .current(environment, asks: asks), isRunning: { kill($0, 0) == 0 || errno == EPERM })
    }
}
