import CloudFormation
import Testing

@testable import Planning

@Suite struct GrantTests {
    private func role(_ statements: TemplateValue, _ more: TemplateMap = [:]) -> Grants? {
        var properties = more
        properties["Policies"] = [["PolicyName": "p", "PolicyDocument": ["Statement": statements]]]
        return Grants(Resource("Role", "AWS::IAM::Role", properties))
    }

    private func allow(_ action: TemplateValue, _ resource: TemplateValue, _ more: TemplateMap = [:]) -> TemplateValue {
        var statement: TemplateMap = ["Effect": "Allow", "Action": action, "Resource": resource]
        for entry in more.entries { statement[entry.key] = entry.value }
        return .map(statement)
    }

    private struct Case: CustomTestStringConvertible {
        var name: String
        var old: TemplateValue
        var new: TemplateValue
        var expected: [String]
        var testDescription: String { name }
    }

    private static func allow(_ action: TemplateValue, _ resource: TemplateValue) -> TemplateValue {
        ["Effect": "Allow", "Action": action, "Resource": resource]
    }

    private static let cases: [Case] = [
        Case(name: "same", old: [allow("s3:Get*", "*")], new: [allow("s3:Get*", "*")], expected: []),
        Case(name: "list or not", old: [allow("s3:Get", "a")], new: [allow(["s3:Get"], ["a"])], expected: []),
        Case(
            name: "split",
            old: [allow(["a:X", "a:Y"], "r")],
            new: [allow("a:X", "r"), allow("a:Y", "r")],
            expected: []
        ),
        Case(name: "covered by *", old: [allow("s3:*", "*")], new: [allow("s3:GetObject", "arn:x")], expected: []),
        Case(
            name: "case of actions",
            old: [allow("s3:getobject", "r")],
            new: [allow("s3:GetObject", "r")],
            expected: []
        ),
        Case(
            name: "case of resources",
            old: [allow("s3:Get", "r")],
            new: [allow("s3:Get", "R")],
            expected: ["may now do s3:Get on R"]
        ),
        Case(
            name: "one becomes all",
            old: [allow("s3:GetObject", "r")],
            new: [allow("s3:*", "r")],
            expected: ["may now do s3:* on r"]
        ),
        Case(
            name: "question mark does not cover a star",
            old: [allow("s3:Ge?", "r")],
            new: [allow("s3:Ge*", "r")],
            expected: ["may now do s3:Ge* on r"]
        ),
        Case(
            name: "grouped by resource",
            old: [],
            new: [allow(["b:Y", "b:X"], ["r", "q"])],
            expected: ["may now do b:X, b:Y on q", "may now do b:X, b:Y on r"]
        ),
        Case(
            name: "not",
            old: [allow("*", "*")],
            new: [["Effect": "Allow", "NotAction": "iam:*", "Resource": "*"]],
            expected: []
        ),
        Case(
            name: "not from nothing",
            old: [allow("s3:*", "*")],
            new: [["Effect": "Allow", "NotAction": "iam:*", "Resource": "*"]],
            expected: ["may now do not iam:* on *"]
        ),
        Case(
            name: "deny lifted",
            old: [allow("s3:*", "*"), ["Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"]],
            new: [allow("s3:*", "*")],
            expected: ["is no longer denied s3:Delete* on *"]
        ),
        Case(
            name: "not understood",
            old: [allow("s3:Get", "r")],
            new: [["Fn::If": ["IsProd", allow("s3:Get", "r"), allow("s3:*", "*")]]],
            expected: ["has permissions that cannot be judged here: review them"]
        ),
    ]

    @Test(arguments: cases)
    private func widens(_ example: Case) {
        #expect(role(example.new)?.widening(over: role(example.old)) == example.expected)
    }

    @Test func conditionsNarrow() {
        let condition: TemplateMap = ["Condition": ["StringEquals": ["a": "b"]]]
        let free = role([allow("s3:Get", "r")])
        let bound = role([allow("s3:Get", "r", condition)])
        #expect(bound?.widening(over: free) == [])
        #expect(free?.widening(over: bound) == ["may now do s3:Get on r"])
        #expect(bound?.widening(over: nil) == ["may now do s3:Get on r where {StringEquals: {a: b}}"])
    }

    @Test func trustManagedPoliciesAndBoundary() {
        func trust(_ service: String) -> TemplateMap {
            let statement: TemplateValue = [
                "Effect": "Allow", "Principal": ["Service": .string(service)], "Action": "sts:AssumeRole",
            ]
            return ["AssumeRolePolicyDocument": ["Statement": [statement]]]
        }
        let old = role([allow("a:B", "r")], trust("lambda.amazonaws.com"))
        #expect(
            role([allow("a:B", "r")], trust("ec2.amazonaws.com"))?.widening(over: old)
                == ["lets ec2.amazonaws.com: may now do sts:AssumeRole"]
        )
        let attached = role([allow("a:B", "r")], ["ManagedPolicyArns": ["arn:x"]])
        #expect(attached?.widening(over: role([allow("a:B", "r")])) == ["gets the managed policy arn:x"])
        let bounded = role([allow("a:B", "r")], ["PermissionsBoundary": "arn:b"])
        #expect(role([allow("a:B", "r")])?.widening(over: bounded) == ["is no longer bounded by arn:b"])
    }

    @Test func othersGrantNothing() {
        #expect(Grants(Resource("Table", "AWS::DynamoDB::Table", [:])) == nil)
    }
}
