import AWSCore
import Planning
import TestSupport
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct ViewTests {
    static let plan = Plan(
        changes: [
            Change(
                action: .replace,
                logicalId: "Table",
                type: "AWS::DynamoDB::Table",
                properties: [
                    PropertyChange(
                        path: "KeySchema[0].AttributeName",
                        before: "userId",
                        after: "customerId",
                        replaces: true
                    )
                ],
                rank: .dataLoss,
                reasons: [
                    .init(.replacement, "KeySchema cannot change in place"),
                    .init(.dataLoss, "the old one is deleted with its data"),
                ]
            ),
            Change(
                action: .change,
                logicalId: "HelloRole",
                type: "AWS::IAM::Role",
                properties: [
                    PropertyChange(path: "Policies[0]", before: String(repeating: "x", count: 200), after: nil)
                ],
                rank: .widerPermission,
                reasons: [.init(.widerPermission, "may dynamodb:DeleteTable on *")]
            ),
            Change(action: .remove, logicalId: "Dashboard", type: "AWS::CloudWatch::Dashboard"),
            Change(action: .add, logicalId: "AlarmTopic", type: "AWS::SNS::Topic"),
        ],
        parameters: [ValueChange(name: "Architecture", before: "arm64", after: "x86_64")],
        outputs: [ValueChange(name: "Gone", before: "\u{1B}[31mred", after: nil)],
        package: PackageChange(
            handlersChanged: true,
            prompt: TextDiff(hunks: [
                .init(
                    oldStart: 1,
                    newStart: 1,
                    lines: [.init(.context, "You are"), .init(.removed, "old"), .init(.added, "new")]
                )
            ]),
            rules: [.init(file: "rules/new.md", action: .add, diff: TextDiff(hunks: []))],
            settings: [PropertyChange(path: "model.maxTokens", before: "512", after: "256")],
            files: ["ca.pem"]
        )
    )

    @Test func aPlanAsText() throws {
        expectGolden(PlanView(Self.plan).text(.plain), "plan.txt")
        expectGolden(PlanView(Self.plan).text(Style(isColoured: true)), "plan-colour.txt")
    }

    @Test func aPlanAsJSON() throws {
        let view = DiffView(result: Diff.Result(plan: Self.plan, stack: "shop-dev", status: "CREATE_COMPLETE"))
        #expect(view.hasChanges)
        expectGolden(view.json, "plan.json")
        #expect(!view.json.contains("null"))
    }

    @Test func aNewStackIsGroupedByType() throws {
        var plan = Self.plan
        plan.createsStack = true
        plan.package = nil
        plan.changes = ["A", "B", "C"].map {
            Change(action: .add, logicalId: $0, type: $0 == "C" ? "AWS::SNS::Topic" : "AWS::IAM::Role")
        }
        #expect(
            PlanView(plan).text(.plain)
                == "A new stack: 3 resources.\n\n  +  2  IAM Role   A, B\n  +  1  SNS Topic  C\n"
        )
    }

    @Test func noChanges() {
        let view = DiffView(result: Diff.Result(plan: Plan(), stack: "shop-dev", status: "CREATE_COMPLETE"))
        #expect(!view.hasChanges)
        #expect(view.text(.plain) == "No changes: shop-dev is what the project says.\n")
    }

    @Test func anError() throws {
        let error = OperationError(
            .rolledBack,
            "the deployment of shop-dev failed; the stack is as it was before",
            details: ["Table (AWS::DynamoDB::Table): \u{1B}]0;evil\u{7}no"],
            fix: "correct the cause, then deploy again"
        )
        let view = ErrorView(error, context: ProjectContext(directory: "/p", effects: .trapping()))
        expectGolden(view.text(.plain), "error.txt")
        expectGolden(view.json, "error.json")
        #expect(!view.text(.plain).contains("\u{1B}"))
    }

    @Test func results() throws {
        let outputs = BotOutputs(
            stack: "shop-dev",
            region: "us-east-2",
            status: "CREATE_COMPLETE",
            values: ["chatUrl": "wss://x/dev", "TableName": "t", "Region": "us-east-2"]
        )
        let table = RetainedTable(
            name: "t",
            items: 1,
            bytes: 2_345_678,
            hasDeletionProtection: true,
            region: "us-east-2"
        )
        let teardown = Teardown.Result(
            stack: "shop-dev",
            deletedStack: true,
            kept: [table],
            removed: [.init(kind: "token key", name: "/botctl/shop/dev/token-key")],
            left: [
                StuckResource(
                    logicalId: "HelloRole",
                    physicalId: "shop-dev-HelloRole",
                    type: "AWS::IAM::Role",
                    reason: "Cannot delete entity, must detach all policies first."
                )
            ],
            region: "us-east-2",
            seconds: 75.2
        )
        let forgotten = Forget.Result(user: "v_1\u{1B}", table: "t", found: 3, deleted: 4, isDryRun: false)
        let counted = Forget.Result(user: "v_1", table: "t", found: 1, deleted: 0, isDryRun: true)
        let nothing = Forget.Result(user: "v_1", table: "t", found: 0, deleted: 0, isDryRun: false)
        let deploy = Deploy.Result(outcome: .created, outputs: outputs, seconds: 12.34)
        let parts = [
            OutputsView(outputs: outputs).text(.plain), OutputsView(outputs: outputs).json,
            DeployView(result: deploy).headline(.plain) + DeployView(result: deploy).address,
            DeployView(result: deploy).json,
            TeardownView(result: teardown).text(.plain), TeardownView(result: teardown).json,
            ForgetView(result: forgotten).text(.plain), ForgetView(result: forgotten).json,
            ForgetView(result: counted).text(.plain), ForgetView(result: counted).json,
            ForgetView(result: nothing).text(.plain),
        ]
        expectGolden(parts.joined(separator: "---\n"), "results.txt")
    }

    @Test func progressInCI() throws {
        var view = ProgressView(style: .plain, isLive: false)
        var text = ""
        func event(_ ms: Int64, _ id: String, _ status: String, _ reason: String? = nil) -> OperationEvent {
            .resource(
                ResourceEvent(
                    time: Timestamp(milliseconds: 1_000_000 + ms),
                    logicalId: id,
                    type: "AWS::SNS::Topic",
                    status: status,
                    reason: reason
                )
            )
        }
        for event in [
            .watching(stack: "shop-dev", work: .create), event(0, "Quick", "CREATE_IN_PROGRESS"),
            event(200, "Quick", "CREATE_COMPLETE"), event(300, "Slow", "CREATE_IN_PROGRESS"),
            event(2000, "Bad", "CREATE_IN_PROGRESS"), event(2100, "Bad", "CREATE_FAILED", "no\u{7}pe"),
            event(9000, "Slow", "CREATE_COMPLETE"),
            .settled(stack: "shop-dev", status: "ROLLBACK_COMPLETE", seconds: 9),
        ] {
            let drawing = view.draw(event)
            text += drawing.text ?? ""
        }
        expectGolden(text, "progress.txt")
    }

    private func resource(_ ms: Int64, _ id: String, _ status: String) -> OperationEvent {
        let time = Timestamp(milliseconds: 1_000_000 + ms)
        return .resource(
            ResourceEvent(time: time, logicalId: id, type: "AWS::SNS::Topic", status: status, reason: nil)
        )
    }

    private var anUpdate: [OperationEvent] {
        let changes = ["A", "B"].map { Change(action: .change, logicalId: $0, type: "AWS::SNS::Topic") }
        return [
            .planned(Plan(changes: changes)), .watching(stack: "shop-dev", work: .update),
            resource(0, "Untouched", "UPDATE_IN_PROGRESS"), resource(1, "Untouched", "UPDATE_COMPLETE"),
            resource(5, "A", "UPDATE_IN_PROGRESS"), resource(9, "B", "UPDATE_IN_PROGRESS"),
            .stillWatching(seconds: 3), resource(20, "B", "UPDATE_COMPLETE"), resource(5000, "A", "UPDATE_COMPLETE"),
            .settled(stack: "shop-dev", status: "UPDATE_COMPLETE", seconds: 5),
        ]
    }

    @Test func progressOnATerminal() {
        var view = ProgressView(style: .plain, isLive: true)
        let drawings = anUpdate.map { view.draw($0) }.dropFirst()
        #expect(
            drawings.map { $0.transient?.plain } == [
                nil, "  still updating shop-dev: 0 of 2 done, 0 s", "  still updating shop-dev: 0 of 2 done, 0 s",
                "  still updating shop-dev: 0 of 2 done, 0 s; waiting for A",
                "  still updating shop-dev: 0 of 2 done, 0 s; waiting for A, B",
                "  still updating shop-dev: 0 of 2 done, 3 s; waiting for A, B",
                "  still updating shop-dev: 1 of 2 done, 3 s; waiting for A",
                "  still updating shop-dev: 2 of 2 done, 5 s", nil,
            ]
        )
        #expect(
            drawings.compactMap(\.text) == [
                "Stack     updating shop-dev\n",
                "Stack     shop-dev: UPDATE_COMPLETE after 5.0 s (2 resources)\n          longest: A 5.0 s\n",
            ]
        )
    }

    @Test(arguments: [(false, ["A"]), (true, ["Untouched", "A", "B", "B", "A"])])
    func progressByLines(isVerbose: Bool, ids: [String]) {
        var view = ProgressView(style: .plain, isLive: isVerbose, isVerbose: isVerbose)
        #expect(!view.isLive)
        let lines = anUpdate.dropFirst().compactMap { view.draw($0).text }.joined().split(separator: "\n")
        let resources = lines.filter { $0.hasPrefix("  ") }.map { $0.split(separator: " ")[1] }
        #expect(Set(resources.map(String.init)) == Set(ids))
        #expect(!isVerbose || resources.count > lines.count / 2)
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("👍🏽", 2), ("\u{1B}[31mred\u{1B}[0m", 3), ("…", 1),
    ])
    func widths(text: String, columns: Int) { #expect(displayWidth(text) == columns) }

    @Test(arguments: [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…")])
    func shortening(text: String, columns: Int, result: String) {
        #expect(shortened(text, to: columns) == result)
        #expect(displayWidth(result) <= columns)
    }

    @Test(arguments: [("my-shop", "my-shop"), ("my bot", "'my bot'"), ("it's", #"'it'\''s'"#), ("größe", "größe")])
    func foldersAsAShellReadsThem(folder: String, word: String) { #expect(InitView.shellWord(folder) == word) }

    @Test func coloursDoNotMoveColumns() {
        let style = Style(isColoured: true)
        let text = aligned([[style.green("wrote"), "a"], [style.faint("unchanged"), "b"], ["日本", "c"]])
        let starts = text.split(separator: "\n").map { displayWidth(String($0)) }
        #expect(starts == [12, 12, 12])
    }

    @Test(arguments: [(0.04, "0.0 s"), (12.34, "12.3 s"), (59.94, "59.9 s"), (125.4, "2 min 5 s")])
    func times(seconds: Double, text: String) { #expect(elapsed(seconds) == text) }

    @Test(
        arguments: [(1, "1 byte"), (999, "999 bytes"), (12_345, "12 KB"), (7_432_100, "7.4 MB")] as [(Int64, String)]
    )
    func sizes(bytes: Int64, text: String) { #expect(byteCount(bytes) == text) }

    @Test func whatIsWatched() {
        let time = Timestamp(seconds: 1_790_000_000)
        let status = StageStatus(
            stack: "shop-dev",
            region: "us-east-2",
            status: "UPDATE_IN_PROGRESS",
            isAtWork: true,
            meaning: "it is being updated",
            next: "botctl events --follow --stage dev",
            reason: nil,
            created: Timestamp(seconds: 1_780_000_000),
            updated: time,
            author: "ada on build-7",
            isProtected: true,
            chatURL: "wss://x/dev",
            resources: ["CREATE_COMPLETE": 40, "UPDATE_IN_PROGRESS": 1],
            notable: [
                .init(logicalId: "Table", type: "AWS::DynamoDB::Table", status: "UPDATE_IN_PROGRESS", reason: nil)
            ]
        )
        let event = ResourceEvent(
            time: time,
            logicalId: "Table",
            type: "AWS::DynamoDB::Table",
            status: "UPDATE_FAILED",
            reason: "\u{1B}[31mno"
        )
        let events = StageEvents.Result(
            stack: "shop-dev",
            status: "UPDATE_ROLLBACK_COMPLETE",
            events: [event],
            isRolledBack: true,
            hasFailed: false
        )
        let bots = BotList.Result(
            account: "111122223333",
            region: "us-east-2",
            bots: [
                .init(
                    name: "shop",
                    stage: "dev",
                    stack: "shop-dev",
                    status: "CREATE_COMPLETE",
                    changed: time,
                    isPreview: false,
                    age: 90 * 86400,
                    chatURL: "wss://x/dev"
                ),
                .init(
                    name: "shop",
                    stage: "pr-7",
                    stack: "shop-pr-7",
                    status: "UPDATE_COMPLETE",
                    changed: time,
                    isPreview: true,
                    age: 5 * 3600,
                    chatURL: "wss://y/pr-7"
                ),
            ]
        )
        let none = BotList.Result(account: "111122223333", region: "us-east-2", bots: [])
        let texts = [
            StatusView(status: status).text(.plain), StatusView(status: status).json,
            EventsView(result: events).text(.plain), EventsView(result: events).json,
            BotListView(result: bots).text(.plain), BotListView(result: bots).json,
            BotListView(result: none).text(.plain),
        ]
        expectGolden(texts.joined(separator: "---\n"), "watched.txt")
    }
}
