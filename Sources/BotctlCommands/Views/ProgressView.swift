import HandlerBuild
import Operations
import Planning

/// Draws events as lines. What goes well is counted: on a terminal in a table that changes in place, elsewhere at the
/// end. A resource gets a line of its own when it fails, and where nothing can be redrawn also when it takes a
/// second or longer: its beginning and its end. `--verbose` gives every step a line.
struct ProgressView {
    let style: Style
    let isLive: Bool
    let isVerbose: Bool
    /// Of the terminal, as it is at the moment.
    private let columns: () -> Int
    /// Of the plan that is about to be executed.
    private var planned: Set<String>?
    private var estimate: Double?
    private var watch = WatchedStack()
    /// A stack is being watched, and its end has not been told.
    private var isWatching = false
    /// What is done meanwhile: `waiting for the stack shop-dev`.
    private var waiting = ""

    init(style: Style, isLive: Bool, isVerbose: Bool = false, columns: @escaping () -> Int = { .max }) {
        self.style = style
        self.isLive = isLive && !isVerbose
        self.isVerbose = isVerbose
        self.columns = columns
    }

    /// What the next drawing replaces.
    enum Transient {
        /// Without a line break.
        case line(String)
        case table(LiveTable)

        /// For where nothing can be redrawn.
        var plain: String {
            switch self {
            case .line(let text): text
            case .table(let table): "  still \(table.watch.summary)"
            }
        }
    }

    struct Drawing {
        /// Whole lines.
        var text: String?
        var transient: Transient?

        init(text: String? = nil, transient: Transient? = nil) {
            self.text = text
            self.transient = transient
        }

        static func passing(_ line: String) -> Drawing { Drawing(transient: .line("  \(line)")) }
    }

    mutating func draw(_ event: OperationEvent) -> Drawing {
        switch event {
        case .warnings: Drawing()
        case .build(let event): draw(event)
        case .packaged(let sha256, let bytes, let unchanged):
            line("Package", "\(sha256.prefix(12)), \(byteCount(Int64(bytes)))\(unchanged ? ", unchanged" : "")")
        case .signedIn(let account, let caller, let region, let credentials):
            line("Account", "\(account) in \(region), as \(shortName(caller)) (\(credentials))")
        case .creatingBucket(let name, let stack): line("Bucket", "creating \(name) (stack \(stack))")
        case .uploading(let bucket, let key, let bytes):
            line("Upload", "\(byteCount(Int64(bytes))) to s3://\(bucket)/\(shortKey(key))")
        case .artifactPresent(let key): line("Upload", "none, \(shortKey(key)) is there already")
        case .tokenKeyCreated(let parameter): line("Token key", "created in \(parameter)")
        case .detectingDrift(let stack): wait("looking for drift in \(stack)")
        case .creatingChangeSet(let stack, let name): wait("planning \(stack) (change set \(name))")
        case .planned(let plan): draw(plan)
        case .estimate(let seconds, _): expect(seconds)
        case .watching(let stack, let work): begin(stack, work)
        case .resource(let event): draw(event)
        case .stillWatching(let seconds): pass(to: seconds)
        case .rollingBack: goBack()
        case .stopping(_, let step): draw(step)
        case .waiting(let stack, let why): waitForSomebody(stack, why)
        case .stillWaiting(let seconds): waitOn(seconds)
        case .settled(let stack, let status, let seconds): settle(stack, status, seconds)
        case .swapping(let stack, let functions): .passing("giving \(functions) functions of \(stack) their code …")
        case .smoking(let stack): .passing("asking \(stack) a question …")
        case .removed(let kind, let name): line("Removed", "\(kind) \(name)")
        case .confirmSignIn(let url, let completeURL, let code): confirmSignIn(url, completeURL, code)
        case .installing(let name, let step, let share):
            .passing("installing \(name)  \(InstallationBar.text(share))  \(visible(step))")
        case .installed(let name, let folder, let seconds):
            line("Installed", "\(name) in \(folder), after \(elapsed(seconds))")
        case .note(let text): line("Note", text)
        }
    }

    /// Where a watched work was left before its end: what was known of it stays on the screen.
    mutating func finish() -> String? {
        guard isWatching else { return nil }
        isWatching = false
        return (line("Stack", watch.summary).text ?? "") + failures
    }

    private func confirmSignIn(_ url: String, _ completeURL: String, _ code: String) -> Drawing {
        var text =
            "Open this address in a browser, on any device, and confirm the code \(style.bold(visible(code))):\n\n"
        text += "  \(style.cyan(visible(completeURL)))\n"
        if url != completeURL { text += "\nor type the code at \(visible(url))\n" }
        return Drawing(text: text + "\n", transient: .line("  waiting for the confirmation …"))
    }

    private func line(_ label: String, _ text: String) -> Drawing {
        Drawing(text: "\(style.faint(padded(label, to: 9))) \(visible(text))\n")
    }

    private func draw(_ event: BuildEvent) -> Drawing {
        switch event {
        case .started(let method, _): line("Build", method)
        case .output(let text):
            // A failed build shows them again, whole; one that works is no news.
            isVerbose ? Drawing(text: "  \(visible(text))\n") : .passing(visible(text))
        case .waiting: line("Build", "another botctl is building this project; waiting for it")
        case .skipped(let reason): line("Build", "none, \(reason)")
        case .finished(let seconds): line("Build", "done in \(elapsed(seconds))")
        }
    }

    private mutating func draw(_ plan: Plan) -> Drawing {
        planned = Set(plan.changes.map(\.logicalId))
        return Drawing(text: "\n" + PlanView(plan, columns: columns()).text(style) + "\n")
    }

    private mutating func expect(_ seconds: Double) -> Drawing {
        estimate = seconds
        return Drawing()
    }

    private mutating func begin(_ stack: String, _ work: StackWork) -> Drawing {
        watch = WatchedStack(
            stack: stack,
            work: work,
            expected: work == .delete ? nil : planned,
            estimate: work == .delete ? nil : estimate
        )
        (planned, estimate, isWatching) = (nil, nil, true)
        let usual = watch.estimate.map { ", usually \(wholeSeconds($0.rounded()))" } ?? ""
        return line("Stack", watch.title + usual)
    }

    private mutating func draw(_ event: ResourceEvent) -> Drawing {
        let steps = watch.take(event)
        if isVerbose { return Drawing(text: resourceLine(event, seconds: watch.seconds)) }
        // The table has them; what has failed is told at the end.
        let shown = isLive ? [] : steps.filter { $0.event.failed || $0.isSlow }
        let text = shown.map { resourceLine($0.event, seconds: $0.seconds) }.joined()
        return Drawing(text: text.isEmpty ? nil : text, transient: table)
    }

    private var table: Transient { .table(LiveTable(watch: watch)) }

    private mutating func pass(to seconds: Double) -> Drawing {
        watch.pass(to: seconds)
        return Drawing(transient: table)
    }

    private mutating func goBack() -> Drawing {
        watch.goBack()
        return Drawing(text: line("Stack", "\(watch.title) to what was there").text, transient: table)
    }

    private func draw(_ step: StopStep) -> Drawing {
        let text =
            switch step {
            case .asked(let grace):
                "still \(watch.title); Ctrl-C again within \(Int(grace)) s cancels the update, otherwise only the "
                    + "watching ends"
            case .terminated:
                "asked to end (SIGTERM), still \(watch.title): watching on until it is done; once more ends the "
                    + "watching"
            case .cancelling: "cancelling the update of \(watch.stack); Ctrl-C again only ends the watching"
            case .cancelRefused(let why): "the update of \(watch.stack) cannot be cancelled: \(why)"
            }
        return Drawing(text: "\(style.yellow(padded("Stop", to: 9))) \(visible(text))\n", transient: table)
    }

    private mutating func wait(_ doing: String) -> Drawing {
        waiting = doing
        return waitOn(0)
    }

    private mutating func waitForSomebody(_ stack: String, _ why: String) -> Drawing {
        waiting = "waiting for the stack \(stack)"
        return line("Waiting", "for the stack \(stack): \(why)")
    }

    /// A time only once it is worth one.
    private func waitOn(_ seconds: Double) -> Drawing {
        .passing(visible(seconds < 5 ? "\(waiting) …" : "still \(waiting), \(wholeSeconds(seconds))"))
    }

    private mutating func settle(_ stack: String, _ status: String, _ seconds: Double) -> Drawing {
        isWatching = false
        var text = line("Stack", "\(stack): \(status) after \(elapsed(seconds))\(watch.tally)").text ?? ""
        if let longest = watch.longest { text += "          \(style.faint("longest: \(longest)"))\n" }
        return Drawing(text: text + failures)
    }

    /// Elsewhere they had their lines when they came.
    private var failures: String {
        guard isLive else { return "" }
        return watch.failed.map { row in
            "  \(style.red("✗")) \(visible(row.id))  \(style.faint(shortType(row.type)))  failed after "
                + "\(elapsed(row.seconds))\n"
                + (row.reason.map { "      \(style.red(visible($0)))\n" } ?? "")
        }.joined()
    }

    private func resourceLine(_ event: ResourceEvent, seconds: Double) -> String {
        let mark = event.failed ? style.red("✗") : event.isDone ? style.green("✓") : style.faint("·")
        let status = event.status.split(separator: "_").joined(separator: " ").lowercased()
        var line =
            "  \(mark) \(event.logicalId)  \(style.faint(shortType(event.type)))  \(status)"
            + "  \(style.faint(elapsed(seconds)))\n"
        if event.failed, let reason = event.reason { line += "      \(style.red(visible(reason)))\n" }
        return line
    }
}

/// `AWS::DynamoDB::Table` → `DynamoDB Table`
func shortType(_ type: String) -> String {
    let parts = type.split(separator: ":")
    return parts.first == "AWS" ? parts.dropFirst().joined(separator: " ") : type
}

/// `arn:aws:iam::111122223333:user/deployer` → `user/deployer`
private func shortName(_ arn: String) -> String { arn.split(separator: ":").last.map(String.init) ?? arn }

/// Content hashes are long: the first digits tell them apart.
private func shortKey(_ key: String) -> String {
    guard let slash = key.lastIndex(of: "/") else { return key }
    let name = key[key.index(after: slash)...]
    guard name.count > 20, let dot = name.lastIndex(of: ".") else { return key }
    return "\(key[...slash])\(name.prefix(12))…\(name[dot...])"
}
