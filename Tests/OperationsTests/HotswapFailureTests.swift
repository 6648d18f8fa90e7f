import AWSCore
import Operations
import Testing

/// What goes wrong, and how it ends well all the same.
extension HotswapTests {
    /// Lambda takes one update of a function at a time.
    @Test func anUpdateUnderWayIsWaitedFor() throws {
        let fixture = try fixture()
        let name = try #require(fixture.aws.functions.keys.max())
        fixture.aws.functions[name]?.conflicts = 3
        #expect(try hotswap(fixture).outcome == .swapped)
        #expect(running(fixture) == code("package 2"))
        fixture.package = "package 3"
        fixture.aws.functions[name]?.conflicts = .max
        expectFailure(.hotswapFailed) { try hotswap(fixture) }
        fixture.aws.functions[name]?.conflicts = 0
        #expect(try Diff.run(fixture.context, fixture.host).hotswap?.isFinished == false)
        #expect(try hotswap(fixture).outcome == .swapped)
        #expect(running(fixture) == code("package 3"))
    }

    @Test func aFailedUpdateIsNoSuccess() throws {
        let fixture = try fixture()
        let name = try #require(fixture.aws.functions.keys.min())
        fixture.aws.functions[name]?.endStatus = "Failed"
        let error = try #require(throws: OperationError.self) { try hotswap(fixture) }
        #expect(error.code == .hotswapFailed && error.details == ["the image is broken"])
        #expect(try StageStatus.run(fixture.context, fixture.host).hotswap?.isFinished == false)
        fixture.aws.functions[name]?.endStatus = "Successful"
        #expect(try hotswap(fixture).outcome == .swapped)
        #expect(try StageStatus.run(fixture.context, fixture.host).hotswap?.isFinished == true)
    }

    @Test func somebodyElsesCodeIsNoSuccess() throws {
        let fixture = try fixture()
        let name = try #require(fixture.aws.functions.keys.min())
        fixture.aws.functions[name]?.isStolen = true
        expectFailure(.hotswapFailed) { try hotswap(fixture) }
    }

    @Test func aMissingFunctionStopsNoOther() throws {
        let fixture = try fixture()
        let names = fixture.aws.functions.keys.sorted()
        fixture.aws.functions[names[0]] = nil
        expectFailure(.aws) { try hotswap(fixture) }
        #expect(running(fixture) == code("package 2"), "the others have taken it")
        expectFailure(.aws) { try hotswap(fixture) }
    }

    @Test func anotherRunIsNamed() throws {
        let fixture = try fixture()
        let name = try #require(fixture.aws.functions.keys.min())
        fixture.aws.functions[name]?.endStatus = "Failed"
        expectFailure(.hotswapFailed) { try hotswap(fixture) }
        let record = "shop/dev/hotswap/record.json"
        let bucket = "botctl-artifacts-111122223333-us-east-2"
        let text = String(decoding: try #require(fixture.bucket[record]), as: UTF8.self)
        let other = text.replacing("process 1", with: "process 77")
        #expect(other != text)
        fixture.aws.buckets[bucket]?[record] = Array(other.utf8)
        fixture.isRunning = { $0 == 77 }
        let error = try #require(throws: OperationError.self) { try hotswap(fixture) }
        #expect(error.code == .stackState && error.message.contains("tester on test"))
        fixture.isRunning = { _ in false }
        fixture.aws.functions[name]?.endStatus = "Successful"
        #expect(try hotswap(fixture).outcome == .swapped)
    }

    /// A record that the deployment after it could not delete says nothing any more.
    @Test func anOutlivedRecordIsNoHotswap() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        let record = fixture.bucket.filter { $0.key.contains("/hotswap/") }
        fixture.package = "package 3"
        try fixture.deploy()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?.merge(record) { $1 }
        #expect(try StageStatus.run(fixture.context, fixture.host).hotswap == nil)
        #expect(try fixture.deploy().outcome == .nothingToDo)
        #expect(hotswapObjects(fixture).isEmpty && running(fixture) == code("package 3"))
    }

    /// Wherever a hotswap is killed, the next one finishes it, and a deployment brings stack and functions together.
    @Test(arguments: ["package 2", "package 1"])
    func aRunThatWasKilledAnywhere(then package: String) throws {
        let undisturbed = try fixture()
        let before = undisturbed.aws.calls.count
        _ = try hotswap(undisturbed)
        let total = undisturbed.aws.calls.count
        #expect(total - before > 20)
        for step in before..<total {
            let fixture = try fixture()
            fixture.aws.diesAtCall = step
            #expect(throws: OperationError.self) { try hotswap(fixture) }
            fixture.aws.diesAtCall = nil
            let isMixed = running(fixture) != code("package 1")
            let told = try Diff.run(fixture.context, fixture.host).hotswap
            #expect(!isMixed || told != nil, "killed at call \(step)")
            if package == "package 2" {
                _ = try hotswap(fixture)
                #expect(running(fixture) == code("package 2"), "killed at call \(step)")
            }
            fixture.package = package
            try fixture.deploy()
            #expect(running(fixture) == code(package), "killed at call \(step)")
            let left = hotswapObjects(fixture)
            #expect(left.isEmpty || left.allSatisfy { $0.hasSuffix(".zip") }, "killed at call \(step)")
            #expect(try fixture.deploy().outcome == .nothingToDo)
        }
    }

    /// As `botctl dev` does it: without questions, without building.
    @Test func inProcess() throws {
        let fixture = try fixture()
        fixture.assumeYes = false
        let context = fixture.context
        let loaded = try context.loadSpec()
        let package = try context.effects.buildPackage(loaded.spec, context) { _ in }
        let options = Hotswap.Options(approval: .never, waits: false)
        let result = try Hotswap.run(package, of: loaded, context, fixture.host, options: options)
        #expect(result.outcome == .swapped && running(fixture) == code("package 2"))
        #expect(fixture.count("lambda.GetFunctionConfiguration") == 0)
    }
}
