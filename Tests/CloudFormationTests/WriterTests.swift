import CloudFormation
import TestSupport
import Testing

@Suite struct WriterTests {
    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#), ("/", #""/""#),
        ("\n\r\t\u{8}\u{C}", #""\n\r\t\b\f""#), ("\u{0}\u{1F}\u{7F}", #""\u0000\u001f\u007f""#),
        ("é€", #""\u00e9\u20ac""#), ("😀", #""\ud83d\ude00""#), ("\u{2028}", #""\u2028""#),
    ])
    func strings(text: String, json: String) {
        #expect(TemplateValue.string(text).encodedCompact() == json)
    }

    @Test(arguments: [
        (TemplateValue.int(0), "0"), (.int(-7), "-7"), (.int(.max), "9223372036854775807"), (.double(0.2), "0.2"),
        (.double(-1), "-1.0"), (.double(1e21), "1e+21"), (.bool(true), "true"), (.bool(false), "false"),
        (.list([]), "[]"), (.map([:]), "{}"), (.map(["b": 1, "a": [true, "x"]]), #"{"b":1,"a":[true,"x"]}"#),
    ])
    func values(value: TemplateValue, json: String) {
        #expect(value.encodedCompact() == json)
    }

    @Test func prettyTemplate() {
        var template = Template(description: "A bot")
        template.addParameter("Key", ["Type": "String"])
        template.add(
            Resource(
                "Table",
                "AWS::Test::Table",
                attributes: ["DeletionPolicy": "Retain"],
                ["Keys": ["a", "b"], "Empty": [], "Name": .ref("Key")]
            )
        )
        template.addOutput("Name", description: "The name", value: .getAtt("Table", "Arn"))
        #expect(
            template.encoded() == """
                {
                  "AWSTemplateFormatVersion": "2010-09-09",
                  "Description": "A bot",
                  "Parameters": {
                    "Key": {
                      "Type": "String"
                    }
                  },
                  "Resources": {
                    "Table": {
                      "Type": "AWS::Test::Table",
                      "DeletionPolicy": "Retain",
                      "Properties": {
                        "Keys": [
                          "a",
                          "b"
                        ],
                        "Empty": [],
                        "Name": {
                          "Ref": "Key"
                        }
                      }
                    }
                  },
                  "Outputs": {
                    "Name": {
                      "Description": "The name",
                      "Value": {
                        "Fn::GetAtt": [
                          "Table",
                          "Arn"
                        ]
                      }
                    }
                  }
                }

                """
        )
    }

    @Test func randomTemplatesSayTheSameToAPeer() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let template = random.template()
            for text in [template.encoded(), template.encodedCompact()] {
                #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
                #expect(PeerJSON.read(text) == PeerJSON(template.root))
                #expect(try Template.parse(text) == template)
            }
        }
    }
}
