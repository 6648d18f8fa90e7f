import HandlerBuild
import Operations
import Planning

/// Draws events as lines. What goes well is counted: on a terminal in a last line that changes, elsewhere at the
/// end. A resource gets a line of its own when it fails, and where nothing can be redrawn also when it takes a
/// second or longer: its beginning and its end. `--verbose` gives every step a line.
struct ProgressView {
    let style: Style
    let isLive: Bool
    let isVerbose: Bool
    /// Of the plan that is about to be executed.
    private var planned: Set<String>?
    private var watch = WatchedStack(title: "", expected: nil)

    init(style: Style, isLive: Bool, isVerbose: Bool = false) {
        self.style = style
        self.isLive = isLive && !isVerbose
        self.isVerbose = isVerbose
    }

    struct Drawing: Equatable {
        /// Whole lines.
        var text: String?
        /// Without a line break; the next drawing replaces it.
        var transient: String?
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
        case .detectingDrift(let stack): Drawing(transient: "  looking for drift in \(stack) …")
        case .creatingChangeSet(let stack, let name): Drawing(transient: "  planning \(stack) (change set \(name)) …")
        case .planned(let plan): draw(plan)
        case .watching(let stack, let work): begin(stack, work)
        case .resource(let event): draw(event)
        case .stillWatching(let seconds): Drawing(transient: watch.summary(atLeast: seconds))
        case .waiting(let stack, let why): line("Waiting", "for the stack \(stack): \(why)")
        case .settled(let stack, let status, let seconds):
            line("Stack", "\(stack): \(status) after \(elapsed(seconds))\(watch.tally)")
        case .swapping(let stack, let functions):
            Drawing(transient: "  giving \(functions) functions of \(stack) their code …")
        case .smoking(let stack): Drawing(transient: "  asking \(stack) a question …")
        case .removed(let kind, let name): line("Removed", "\(kind) \(name)")
        case .confirmSignIn(let url, let completeURL, let code): confirmSignIn(url, completeURL, code)
        case .installing(let name, let step, let share):
            Drawing(transient: "  installing \(name)  \(InstallationBar.text(share))  \(visible(step))")
        case .installed(let name, let folder, let seconds):
            line("Installed", "\(name) in \(folder), after \(elapsed(seconds))")
        case .note(let text): line("Note", text)
        }
    }

    private func confirmSignIn(_ url: String, _ completeURL: String, _ code: String) -> Drawing {
        var text =
            "Open this address in a browser, on any device, and confirm the code \(style.bold(visible(code))):\n\n"
        text += "  \(style.cyan(visible(completeURL)))\n"
        if url != completeURL { text += "\nor type the code at \(visible(url))\n" }
        return Drawing(text: text + "\n", transient: "  waiting for the confirmation …")
    }

    private func line(_ label: String, _ text: String) -> Drawing {
        let padded = label + String(repeating: " ", count: max(0, 9 - label.count))
        return Drawing(text: "\(style.faint(padded)) \(visible(text))\n")
    }

    private func draw(_ event: BuildEvent) -> Drawing {
        switch event {
        case .started(let method, _): line("Build", method)
        case .output(let text):
            // A failed build shows them again, whole; one that works is no news.
            isVerbose ? Drawing(text: "  \(visible(text))\n") : Drawing(transient: "  " + visible(text))
        case .waiting: line("Build", "another botctl is building this project; waiting for it")
        case .skipped(let reason): line("Build", "none, \(reason)")
        case .finished(let seconds): line("Build", "done in \(elapsed(seconds))")
        }
    }

    private mutating func draw(_ plan: Plan) -> Drawing {
        planned = Set(plan.changes.map(\.logicalId))
        return Drawing(text: "\n" + PlanView(plan).text(style) + "\n")
    }

    private mutating func begin(_ stack: String, _ work: StackWork) -> Drawing {
        let verb =
            switch work {
            case .create: "creating"
            case .update: "updating"
            case .delete: "deleting"
            case .rollback: "rolling back"
            }
        watch = WatchedStack(title: "\(verb) \(stack)", expected: work == .delete ? nil : planned)
        planned = nil
        return line("Stack", watch.title)
    }

    private mutating func draw(_ event: ResourceEvent) -> Drawing {
        let steps = watch.take(event)
        if isVerbose { return Drawing(text: resourceLine(event, seconds: watch.seconds)) }
        let shown = steps.filter { $0.event.failed || (!isLive && $0.isSlow) }
        let text = shown.map { resourceLine($0.event, seconds: $0.seconds) }.joined()
        return Drawing(text: text.isEmpty ? nil : text, transient: watch.summary())
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
