import CloudFormation
import Synthesis
import TestSupport
import Testing

@testable import BotSpec

/// What holds for the template of every spec.
@Suite struct PropertyTests {
    @Test func randomSpecs() throws {
        var random = SeededGenerator(seed: 3)
        for round in 0..<300 {
            let spec = random.spec()
            let template = Synthesizer.template(for: spec)
            #expect(template.danglingReferences.isEmpty, "\(round): \(template.danglingReferences)")
            #expect(try Template.parse(template.encoded()) == template, "\(round)")
            #expect(template.capabilities == ["CAPABILITY_IAM"], "\(round)")
            #expect(template.encodedCompact().utf8.count < Template.maximumBytes, "\(round)")

            let functions = template.resources.filter { $0.type == "AWS::Lambda::Function" }
            #expect(functions.count == spec.routes.count + 1, "\(round)")
            let names = functions.compactMap { $0.properties["FunctionName"]?.string }
            #expect(Set(names).count == functions.count, "\(round): \(names)")
            for name in names {
                #expect((1...64).contains(name.utf8.count), "\(name)")
                #expect(name.utf8.allSatisfy(isNameByte), "\(name)")
            }
            // Resources share one name space with parameters.
            let ids = template.resources.map(\.id.text) + template.parameters.keys
            #expect(Set(ids).count == ids.count, "\(round)")
        }
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    @Test func sameSpecSameBytes() {
        let first = Synthesizer.template(for: .fixture(GoldenCase.everything)).encoded()
        for _ in 0..<100 {
            // Built anew: dictionaries of equal content differ in their order.
            #expect(Synthesizer.template(for: .fixture(GoldenCase.everything)).encoded() == first)
        }
    }

    @Test func aRoutesNameDependsOnItsKeyAlone() {
        var random = SeededGenerator(seed: 4)
        var names: [String: String] = [:]
        for _ in 0..<100 {
            var spec = random.spec()
            spec.name = "shop"
            spec.stage = "dev"
            for output in Synthesizer.template(for: spec).resources where output.type == "AWS::ApiGatewayV2::Route" {
                let key = output.properties["RouteKey"]!.string!
                #expect(names[key, default: output.id.text] == output.id.text)
                names[key] = output.id.text
            }
        }
        #expect(Set(names.values).count == names.count)
    }

    @Test(arguments: [
        ("$connect", "ConnectRoute", "shop-dev-connect"), ("$default", "DefaultRoute", "shop-dev-default"),
        ("hello", "HelloRoute", "shop-dev-hello"), ("sendMessage", "SendMessageRoute", "shop-dev-send-message"),
        ("connect", "xconnectznqlrl332zRoute", "shop-dev-connect--znqlrl332z"),
        ("order/ask", "xorderaskzh3t2bqw5gRoute", "shop-dev-orderask--zh3t2bqw5g"),
    ])
    func routeNames(key: String, route: String, function: String) throws {
        let template = Synthesizer.template(
            for: .fixture {
                $0.name = "shop"
                $0.routes = [.fixture(key, .hello)]
            }
        )
        #expect(template.resource(route)?.properties["RouteKey"] == .string(key))
        let id = "\(route.dropLast("Route".count))Function"
        #expect(template.resource(id)?.properties["FunctionName"] == .string(function))
        #expect(template.outputs["Function\(id.dropLast("Function".count))"] != nil)
    }

    /// The types that take tags, from CloudFormation's resource schemas.
    @Test func everythingIsTagged() {
        let untaggable: Set = [
            "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route",
            "AWS::Bedrock::GuardrailVersion", "AWS::CloudFront::OriginAccessControl", "AWS::Lambda::Permission",
            "AWS::S3::BucketPolicy", "AWS::SNS::Subscription",
        ]
        for resource in Synthesizer.template(for: .fixture(GoldenCase.everything)).resources {
            #expect((resource.properties["Tags"] == nil) == untaggable.contains(resource.type), "\(resource.id)")
            guard let tags = resource.properties["Tags"] else { continue }
            let keys = tags.map?.keys ?? tags.list?.compactMap { $0["Key"]?.string }
            #expect(keys == ["botctl:bot", "botctl:stage", "team"], "\(resource.id)")
        }
    }

    /// What does not fit goes through S3, which costs one more call.
    @Test func aBotWithAlarmsFitsIntoARequest() {
        let template = Synthesizer.template(
            for: .fixture {
                $0.alarms = BotSpec.Alarms(email: "ops@example.com", latency: 8000, tokensPerDay: 5_000_000)
                $0.handoff = BotSpec.Handoff(message: "A colleague will help.", notify: "help@example.com")
            }
        )
        #expect(template.encodedCompact().utf8.count <= Template.maximumInlineBytes)
        let largest = Synthesizer.template(for: .fixture(GoldenCase.everything))
        #expect(largest.encodedCompact().utf8.count <= 100_000)
    }
}
