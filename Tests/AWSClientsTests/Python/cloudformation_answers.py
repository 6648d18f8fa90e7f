"""How botocore judges answers of the scripted CloudFormation: a JSON list of {action, status, body} in, a JSON list of
what is wrong out.

Every element has to be a member of the operation's output shape, every enumerated value one that AWS documents, every
required member there; and botocore's own parser has to read a time, a number and a boolean out of each that is one.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree

import botocore.parsers
import botocore.session

model = botocore.session.get_session().get_service_model("cloudformation")


def local(element):
    return element.tag.rpartition("}")[2]


def judge(element, shape, path):
    if shape.type_name == "structure":
        names = [local(child) for child in element]
        for name in shape.required_members:
            if name not in names:
                yield f"{path}.{name} is missing"
        for name in names:
            if names.count(name) > 1:
                yield f"{path}.{name} stands there twice"
        for child in element:
            member = shape.members.get(local(child))
            if member is None:
                yield f"{path}.{local(child)} is no member of {shape.name}"
            else:
                yield from judge(child, member, f"{path}.{local(child)}")
    elif shape.type_name == "list":
        for index, child in enumerate(element):
            if local(child) != "member":
                yield f"{path} has a {local(child)}"
            else:
                yield from judge(child, shape.member, f"{path}[{index}]")
    elif shape.type_name == "string" and getattr(shape, "enum", None):
        known = list(shape.enum)
        if shape.name == "ResourceStatus":  # a stack's own events carry the stack's status
            known += model.shape_for("StackStatus").enum
        if element.text not in known:
            yield f"{path} is {element.text!r}, none of {shape.name}"


def problems(call):
    operation = model.operation_model(call["action"])
    body = call["body"].encode()
    answer = {"status_code": call["status"], "headers": {}, "body": body}
    try:
        parsed = botocore.parsers.create_parser("query").parse(answer, operation.output_shape)
    except Exception as error:  # whatever the parser dislikes, it is the stand-in's fault
        yield f"{call['action']}: {type(error).__name__}: {error}"
        return
    if call["status"] >= 300:
        if not parsed.get("Error", {}).get("Code") or not parsed["Error"].get("Message"):
            yield f"{call['action']}: an error without a code or a message: {parsed}"
        return
    if not parsed.get("ResponseMetadata", {}).get("RequestId"):
        yield f"{call['action']}: no request id"
    if operation.output_shape is None:
        return
    root = ElementTree.fromstring(body)
    result = [child for child in root if local(child) == operation.output_shape.serialization.get("resultWrapper")]
    for element in result:
        yield from judge(element, operation.output_shape, call["action"])
    if not result and operation.output_shape.members:
        yield f"{call['action']}: no {operation.output_shape.serialization.get('resultWrapper')}"


json.dump(sorted({text for call in json.load(sys.stdin) for text in problems(call)}), sys.stdout)
