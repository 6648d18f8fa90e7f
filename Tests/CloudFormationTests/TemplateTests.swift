import CloudFormation
import Testing

@Suite struct TemplateTests {
    @Test(arguments: [
        ("Table", true), ("table2", true), ("2nd", true), ("", false), ("My-Table", false), ("My_Table", false),
        ("Tablé", false), ("A B", false), (String(repeating: "a", count: 255), true),
        (String(repeating: "a", count: 256), false),
    ])
    func logicalIds(text: String, valid: Bool) {
        #expect((LogicalID(text) != nil) == valid)
    }

    @Test(arguments: [
        ([] as [Resource], [] as [String]),
        ([Resource("A", "AWS::S3::Bucket", [:])], []),
        ([Resource("A", "AWS::IAM::Role", [:])], ["CAPABILITY_IAM"]),
        ([Resource("A", "AWS::IAM::Policy", ["PolicyName": "p", "Users": ["u"]])], ["CAPABILITY_IAM"]),
        ([Resource("A", "AWS::IAM::AccessKey", ["UserName": "u"])], ["CAPABILITY_IAM"]),
        ([Resource("A", "AWS::IAM::User", ["UserName": "u"])], ["CAPABILITY_NAMED_IAM"]),
        (
            [Resource("A", "AWS::IAM::Role", [:]), Resource("B", "AWS::IAM::Role", ["RoleName": "r"])],
            ["CAPABILITY_NAMED_IAM"]
        ),
    ])
    func capabilities(resources: [Resource], expected: [String]) {
        var template = Template(description: "")
        for resource in resources { template.add(resource) }
        #expect(template.capabilities == expected)
    }

    @Test func macrosNeedACapability() throws {
        let template = try Template.parse(#"{"Transform": "AWS::Serverless-2016-10-31", "Resources": {}}"#)
        #expect(template.capabilities == ["CAPABILITY_AUTO_EXPAND"])
    }

    @Test func intrinsics() {
        #expect(TemplateValue.ref("A").encodedCompact() == #"{"Ref":"A"}"#)
        #expect(TemplateValue.ref(.region).encodedCompact() == #"{"Ref":"AWS::Region"}"#)
        #expect(TemplateValue.getAtt("A", "Arn").encodedCompact() == #"{"Fn::GetAtt":["A","Arn"]}"#)
        #expect(TemplateValue.join("-", ["a", .ref("B")]).encodedCompact() == #"{"Fn::Join":["-",["a",{"Ref":"B"}]]}"#)
        #expect(TemplateValue.ifElse("C", 1, 2).encodedCompact() == #"{"Fn::If":["C",1,2]}"#)
    }

    @Test(arguments: [
        ("plain", "plain"), ("$connect", "$connect"), ("${Api}", "${!Api}"), ("$${Api}", "$${!Api}"), ("a$", "a$"),
        ("{}", "{}"),
    ])
    func substitutionsEscapeData(data: String, expected: String) {
        let id: LogicalID = "Api"
        let text: Substitution = "${AWS::Region}/\(data)/\(ref: id)/\(id, attribute: "Arn")"
        #expect(text.text == "${AWS::Region}/\(expected)/${Api}/${Api.Arn}")
    }

    @Test func referencesAreFound() throws {
        let text = """
            {"Parameters": {"P": {"Type": "String"}},
             "Resources": {
               "A": {"Type": "T", "DependsOn": ["B"], "Properties": {
                 "X": {"Ref": "P"}, "Y": [{"Fn::GetAtt": ["B", "Arn"]}, {"Fn::GetAtt": "C.Arn.Rest"}],
                 "Z": {"Fn::Sub": "${AWS::Region} ${!Not} ${D.Arn} $E ${local} ${F}"},
                 "W": {"Fn::Sub": ["${local}${G}", {"local": {"Ref": "H"}}]}}},
               "B": {"Type": "T", "DependsOn": "A"}},
             "Outputs": {"O": {"Value": {"Ref": "I"}}}}
            """
        let template = try Template.parse(text)
        let targets = template.references.map { "\($0.from)>\($0.target)\($0.attribute.map { ".\($0)" } ?? "")" }
        #expect(
            Set(targets) == [
                "A>P", "A>B.Arn", "A>C.Arn.Rest", "A>AWS::Region", "A>D.Arn", "A>local", "A>F", "A>G", "A>H", "A>B",
                "B>A", "O>I",
            ]
        )
        #expect(Set(template.danglingReferences.map(\.target)) == ["C", "D", "local", "F", "G", "H", "I"])
    }

    @Test func mapsKeepTheirOrder() {
        var map: TemplateMap = ["b": 1, "a": 2]
        map["c"] = 3
        map["b"] = 4
        map["a"] = nil
        map["none"] = nil
        #expect(map.keys == ["b", "c"])
        #expect(map["b"] == 4)
        #expect(TemplateMap([("a", 1), ("b", 2)]) != ["b": 2, "a": 1])
    }

    @Test func resourcesKeepTheirAttributes() throws {
        let text = #"{"Resources":{"A":{"Type":"T","DeletionPolicy":"Retain","Properties":{"K":1},"Condition":"C"}}}"#
        let resource = try #require(try Template.parse(text).resource("A"))
        #expect(resource.type == "T")
        #expect(resource.deletionPolicy == "Retain")
        #expect(resource.attributes == ["DeletionPolicy": "Retain", "Condition": "C"])
        #expect(resource.properties == ["K": 1])
    }
}
