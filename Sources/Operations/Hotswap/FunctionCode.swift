import AWSClients
import AWSCore
import CloudFormation

/// The code of a stack's functions, given to them without CloudFormation.
///
///     UpdateFunctionCode of each, all on the wire ──▶ one is looked at until it is done ──▶ then the others
struct FunctionCode {
    let cloud: Cloud
    let context: ProjectContext
    let stack: String
    let functions: [Function]

    struct Function: Equatable {
        var logicalId: String
        /// On AWS.
        var name: String
    }

    /// How long Lambda may take: seconds, as a rule.
    private static let patience = Duration.seconds(120)

    /// - Parameters:
    ///   - template: of the deployed stack.
    ///   - except: logical ids of functions that are not there any more.
    /// - Throws: `stackState` for a template that botctl has not made.
    init(
        _ cloud: Cloud,
        _ context: ProjectContext,
        stack: String,
        template: String,
        except: Set<String> = []
    ) throws(OperationError) {
        let resources = (try? Template.parse(template))?.resources.filter { $0.type == "AWS::Lambda::Function" } ?? []
        let functions = resources.compactMap { resource in
            resource.properties["FunctionName"]?.string.map { Function(logicalId: resource.id.text, name: $0) }
        }
        guard !functions.isEmpty, functions.count == resources.count else {
            throw OperationError(
                .stackState,
                "the deployed template of \(stack) does not name its functions",
                fix: "deploy without --hotswap"
            )
        }
        self.cloud = cloud
        self.context = context
        self.stack = stack
        self.functions = functions.filter { !except.contains($0.logicalId) }
    }

    /// Has every function take the code; until Lambda is done with it, they serve the old one.
    func update(bucket: String, key: String) throws(OperationError) {
        var left = functions
        try repeatedly("Lambda is still busy with an earlier update of \(stack)") { () throws(OperationError) in
            left = try update(left, bucket, key)
            return left.isEmpty
        }
    }

    /// - Returns: those that an earlier update is not done with.
    private func update(
        _ functions: [Function],
        _ bucket: String,
        _ key: String
    ) throws(OperationError) -> [Function] {
        var busy: [Function] = []
        try each(functions) { function throws(AWSError) in
            try cloud.lambda.beginUpdateFunctionCode(function.name, bucket: bucket, key: key)
        } take: { function, answer throws(OperationError) in
            do throws(AWSError) {
                _ = try answer.get()
            } catch {
                if error.code == "ResourceConflictException" {
                    busy.append(function)
                } else {
                    throw OperationError(error, "give \(function.name) its code")
                }
            }
        }
        return busy
    }

    /// Waits until every function serves the code.
    /// - Parameter sha256: of the package, lower-case hex.
    func settle(sha256: String) throws(OperationError) {
        var waiting = functions
        try repeatedly("Lambda is still not done with the new code of \(stack)") { () throws(OperationError) in
            // They were begun together: while the first is not done, the others are not worth a call each.
            guard let first = waiting.first, try inProgress([first], sha256).isEmpty else { return waiting.isEmpty }
            waiting = try inProgress(Array(waiting.dropFirst()), sha256)
            return waiting.isEmpty
        }
    }

    private func inProgress(_ functions: [Function], _ sha256: String) throws(OperationError) -> [Function] {
        let expected = Self.codeSHA256(sha256)
        var left: [Function] = []
        for (function, found) in try configurations(of: functions) {
            if found.lastUpdateStatus == "InProgress" {
                left.append(function)
            } else if found.lastUpdateStatus == "Failed" {
                throw failure(
                    "Lambda could not give \(function.name) its code",
                    [found.lastUpdateStatusReason ?? "LastUpdateStatus is Failed"]
                )
            } else if found.codeSHA256 != expected {
                throw failure("somebody else has given \(function.name) other code meanwhile", [])
            }
        }
        return left
    }

    /// What the functions run and are, in their order.
    func configurations() throws(OperationError) -> [(Function, FunctionConfiguration)] {
        try configurations(of: functions)
    }

    private func configurations(
        of functions: [Function]
    ) throws(OperationError) -> [(Function, FunctionConfiguration)] {
        var found: [(Function, FunctionConfiguration)] = []
        try each(functions) { function throws(AWSError) in
            try cloud.lambda.beginGetFunctionConfiguration(function.name)
        } take: { function, answer throws(OperationError) in
            do throws(AWSError) {
                found.append((function, try answer.get()))
            } catch {
                throw OperationError(error, "look at \(function.name)")
            }
        }
        return found
    }

    /// All calls on the wire, then the answers one after the other. What fails is thrown after all have answered, so
    /// that as many functions as can be are as they should.
    private func each(
        _ functions: [Function],
        begin: (Function) throws(AWSError) -> PendingFunctionCall,
        take: (Function, Swift.Result<FunctionConfiguration, AWSError>) throws(OperationError) -> Void
    ) throws(OperationError) {
        var calls: [(Function, PendingFunctionCall)] = []
        defer { for (_, call) in calls { call.cancel() } }
        for function in functions {
            let call = try cloud.attempt("reach \(function.name)") { () throws(AWSError) in try begin(function) }
            calls.append((function, call))
        }
        var first: OperationError?
        for (function, call) in calls {
            let answer = Swift.Result { () throws(AWSError) in try call.configuration() }
            do throws(OperationError) {
                try take(function, answer)
            } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
    }

    private func repeatedly(
        _ late: String,
        _ isDone: () throws(OperationError) -> Bool
    ) throws(OperationError) {
        let clock = context.effects.clock
        let began = clock.now()
        var schedule = PollingSchedule(growth: 120)
        while try !isDone() {
            guard began.duration(to: clock.now()) < Self.patience else { throw failure(late, []) }
            clock.sleep(schedule.next(news: false))
            try context.checkInterrupted()
        }
    }

    private func failure(_ message: String, _ details: [String]) -> OperationError {
        OperationError(
            .hotswapFailed,
            message,
            details: details,
            fix: "run the command again, or deploy: both give every function the same code"
        )
    }

    /// As Lambda says it: base64 of what a package's name has in hex.
    static func codeSHA256(_ hex: String) -> String? { hexDecode(hex).map(base64Encode) }

    /// The hash in a package's key; `nil` for one that is not named by it.
    static func sha256(ofKey key: String) -> String? {
        guard let name = key.split(separator: "/").last, name.hasSuffix(".zip"), name.utf8.count == 68 else {
            return nil
        }
        let hex = String(name.dropLast(4))
        return hexDecode(hex) == nil ? nil : hex
    }
}
