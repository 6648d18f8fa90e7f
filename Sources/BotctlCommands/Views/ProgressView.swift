import HandlerBuild
import Operations

/// Draws events as lines. On a terminal each resource gets one line, when it is done, and a last line that
/// changes says what is at work; elsewhere the beginning of what takes longer than a second gets a line, too.
struct ProgressView {
    let style: Style
    let isLive: Bool
    private var began: Int64?
    private var atWork: [String] = []
    private var done = 0
    /// Of resources at work, not drawn yet.
    private var beginnings: [(logicalId: String, time: Int64, line: String)] = []

    init(style: Style, isLive: Bool) {
        self.style = style
        self.isLive = isLive
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
        case .creatingChangeSet(let stack, let name): Drawing(transient: "  planning \(stack) (change set \(name)) …")
        case .planned(let plan): Drawing(text: "\n" + PlanView(plan).text(style) + "\n")
        case .watching(let stack, let work): watch(stack, work)
        case .resource(let event): draw(event)
        case .waiting(let stack, let why): line("Waiting", "for the stack \(stack): \(why)")
        case .settled(let stack, let status, let seconds):
            line("Stack", "\(stack): \(status) after \(elapsed(seconds))")
        case .removed(let kind, let name): line("Removed", "\(kind) \(name)")
        case .note(let text): line("Note", text)
        }
    }

    private func line(_ label: String, _ text: String) -> Drawing {
        let padded = label + String(repeating: " ", count: max(0, 9 - label.count))
        return Drawing(text: "\(style.faint(padded)) \(visible(text))\n")
    }

    private func draw(_ event: BuildEvent) -> Drawing {
        switch event {
        case .started(let method, _): line("Build", method)
        case .output(let text):
            isLive
                ? Drawing(transient: "  " + visible(String(text.prefix(100)))) : Drawing(text: "  \(visible(text))\n")
        case .waiting: line("Build", "another botctl is building this project; waiting for it")
        case .skipped(let reason): line("Build", "none, \(reason)")
        case .finished(let seconds): line("Build", "done in \(elapsed(seconds))")
        }
    }

    private mutating func watch(_ stack: String, _ work: StackWork) -> Drawing {
        (began, atWork, done, beginnings) = (nil, [], 0, [])
        let verb =
            switch work {
            case .create: "creating"
            case .update: "updating"
            case .delete: "deleting"
            case .rollback: "rolling back"
            }
        return line("Stack", "\(verb) \(stack)")
    }

    private mutating func draw(_ event: ResourceEvent) -> Drawing {
        let start = began ?? event.time.milliseconds
        began = start
        let time = event.time.milliseconds
        atWork.removeAll { $0 == event.logicalId }
        if event.isDone { done += 1 } else { atWork.append(event.logicalId) }
        var drawing = Drawing()
        let line = resourceLine(event, seconds: Double(max(0, time - start)) / 1000)
        // What begins and ends within a second needs one line, not two.
        beginnings.removeAll { $0.logicalId == event.logicalId && event.isDone && time - $0.time < 1000 }
        if !isLive { drawing.text = takeBeginnings(before: time) }
        if event.isDone {
            drawing.text = (drawing.text ?? "") + line
        } else {
            beginnings.append((event.logicalId, time, line))
        }
        if !atWork.isEmpty {
            let names = atWork.prefix(3).joined(separator: ", ") + (atWork.count > 3 ? ", …" : "")
            drawing.transient = "  \(done) done; at work: \(names)"
        }
        return drawing
    }

    private mutating func takeBeginnings(before time: Int64) -> String? {
        let due = beginnings.filter { $0.time <= time - 1000 }
        beginnings.removeAll { $0.time <= time - 1000 }
        return due.isEmpty ? nil : due.map(\.line).joined()
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
