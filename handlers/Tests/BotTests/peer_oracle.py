"""What botocore says of our side of the wire, one question per line of standard input:

{"request": …}  in which ways it would write the call otherwise, reading the parameters out of ours
{"stream": …}   the events that it reads in a ConverseStream answer (base 64), or the error that it raises
{"errors": …}   the exceptions that the service's model knows for its operations, as answers on the wire
{"answer": …}   the error that it reads in such an answer
"""

import base64
import json
import sys
from urllib.parse import parse_qsl, unquote

import botocore.parsers
import botocore.serialize
import botocore.session
from botocore.awsrequest import HeadersDict
from botocore.eventstream import EventStream
from botocore.exceptions import EventStreamError
from botocore.validate import ParamValidator

session = botocore.session.get_session()
BLOBS = {"InvokeModel": "body", "PostToConnection": "Data", "Invoke": "Payload"}


def template(operation, path):
    """The values of the path's labels, or None where the path is another operation's."""
    wanted = operation.http["requestUri"].split("?")[0].split("/")
    given = path.split("/")
    if len(wanted) != len(given):
        return None
    labels = {}
    for want, value in zip(wanted, given):
        if want.startswith("{"):
            labels[want.strip("{}")] = unquote(value)
        elif want != value:
            return None
    return labels


def operation_of(model, request):
    target = request["headers"].get("x-amz-target")
    if target:
        prefix, _, name = target.partition(".")
        assert prefix == model.metadata["targetPrefix"], prefix
        return model.operation_model(name), json.loads(request["body"])
    if model.metadata["protocol"] == "query":
        fields = dict(parse_qsl(request["body"], keep_blank_values=True, strict_parsing=True))
        assert fields.pop("Version") == model.metadata["apiVersion"]
        return model.operation_model(fields.pop("Action")), fields
    for name in model.operation_names:
        operation = model.operation_model(name)
        labels = template(operation, request["path"])
        if labels is None or operation.http["method"] != request["method"]:
            continue
        members = operation.input_shape.members
        by_location = {shape.serialization.get("name", member): member for member, shape in members.items()}
        parameters = {by_location[label]: value for label, value in labels.items()}
        if name in BLOBS:
            parameters[BLOBS[name]] = request["body"].encode()
            parameters.update({by_location[header]: request["headers"][header.lower()]
                               for header in ("Content-Type", "Accept") if header in by_location})
        else:
            parameters.update(json.loads(request["body"]))
        return operation, parameters
    raise AssertionError(f"no operation at {request['path']}")


def body(protocol, operation, data):
    data = data.decode() if isinstance(data, bytes) else data
    if protocol == "query":
        return {name: str(value) for name, value in data.items()} if isinstance(data, dict) else dict(
            parse_qsl(data, keep_blank_values=True))
    return data if operation.name in BLOBS else json.loads(data)


def compare(request):
    model = session.get_service_model(request["service"])
    protocol = model.metadata["protocol"]
    operation, parameters = operation_of(model, request)
    report = ParamValidator().validate(parameters, operation.input_shape)
    if report.has_errors():
        return {"operation": operation.name, "differences": [report.generate_report()]}
    theirs = botocore.serialize.create_serializer(protocol).serialize_to_request(parameters, operation)
    differences = []
    for what, our, their in [
        ("method", request["method"], theirs["method"]),
        ("path", request["path"], theirs["url_path"]),
        ("body", body(protocol, operation, request["body"]), body(protocol, operation, theirs["body"])),
    ] + [(name, request["headers"].get(name.lower(), "").split(";")[0], value.split(";")[0])
         for name, value in theirs["headers"].items()]:
        if our != their:
            differences.append(f"{what}: {our!r}, botocore has {their!r}")
    return {"operation": operation.name, "differences": differences}


class Raw:
    def __init__(self, data):
        self.data = data

    def stream(self):
        yield self.data

    def close(self):
        pass


def stream(encoded):
    model = session.get_service_model("bedrock-runtime")
    shape = model.operation_model("ConverseStream").output_shape
    events = EventStream(Raw(base64.b64decode(encoded)), shape.members["stream"],
                         botocore.parsers.create_parser("rest-json")._event_stream_parser, "ConverseStream")
    read = []
    try:
        for event in events:
            read.append(event)
    except EventStreamError as error:
        return {"events": read, "error": error.response["Error"]["Code"]}
    return {"events": read}


def errors(service):
    model = session.get_service_model(service)
    protocol = model.metadata["protocol"]
    known = {}
    for name in model.operation_names:
        for shape in model.operation_model(name).error_shapes:
            code = shape.metadata.get("error", {}).get("code", shape.name)
            status = shape.metadata.get("error", {}).get("httpStatusCode", 400)
            known[shape.name] = {"name": shape.name, "code": code, "status": status, "protocol": protocol}
    inside = []
    if service == "bedrock-runtime":
        output = model.operation_model("ConverseStream").output_shape.members["stream"]
        inside = sorted(name for name, shape in output.members.items() if shape.metadata.get("exception"))
    return {"errors": [known[name] for name in sorted(known)], "inside": inside}


def answer(case):
    parsed = botocore.parsers.create_parser(case["protocol"]).parse(
        {"status_code": case["status"], "headers": HeadersDict(case["headers"]), "body": case["body"].encode()}, None)
    return {"code": parsed["Error"]["Code"], "message": parsed["Error"]["Message"]}


handlers = {"request": compare, "stream": stream, "errors": errors, "answer": answer}
for line in sys.stdin:
    (kind, question), = json.loads(line).items()
    print(json.dumps(handlers[kind](question)))
