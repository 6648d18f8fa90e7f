"""Botocore's form of service calls: for each {"service", "operation", "parameters", "request", "answer"} says
in which ways the request differs from the one that botocore would send, and how botocore reads the answer.
"""

import datetime
import json
import sys
from urllib.parse import parse_qsl

import botocore.parsers
import botocore.serialize
import botocore.session
from botocore.awsrequest import HeadersDict

session = botocore.session.get_session()


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return round(value.timestamp() * 1000)
    if hasattr(value, "read"):
        return value.read().decode()
    if isinstance(value, bytes):
        return value.decode()
    return value


def pairs(query):
    if isinstance(query, dict):
        return sorted((str(name), str(value)) for name, value in query.items())
    return sorted(parse_qsl(query, keep_blank_values=True))


def body(protocol, data):
    if protocol == "query":
        return sorted((name, str(value)) for name, value in data.items()) if isinstance(data, dict) else pairs(data)
    if isinstance(data, bytes):
        data = data.decode()
    if protocol in ("json", "rest-json"):
        return json.loads(data) if data else None
    return data


def compare(call):
    model = session.get_service_model(call["service"])
    operation = model.operation_model(call["operation"])
    protocol = model.metadata["protocol"]
    ours = call["request"]
    theirs = botocore.serialize.create_serializer(protocol).serialize_to_request(call["parameters"], operation)
    differences = []

    def expect(what, our, their):
        if our != their:
            differences.append(f"{what}: {our!r}, botocore has {their!r}")

    expect("method", ours["method"], theirs["method"])
    path, _, query = theirs["url_path"].partition("?")
    expect("path", ours["path"], path)
    expect("query", pairs(ours["query"]), sorted(pairs(query) + pairs(theirs["query_string"])))
    expect("body", body(protocol, ours["body"]), body(protocol, theirs["body"]))
    headers = {name.lower(): value for name, value in ours["headers"].items()}
    for name, value in dict(theirs["headers"]).items():
        expect(f"header {name}", headers.get(name.lower()), str(value))
    return differences


def read(call):
    operation = session.get_service_model(call["service"]).operation_model(call["operation"])
    protocol = operation.service_model.metadata["protocol"]
    answer = call["answer"]
    parsed = botocore.parsers.create_parser(protocol).parse(
        {"status_code": answer["status"], "headers": HeadersDict(answer["headers"]),
         "body": answer["body"].encode()},
        operation.output_shape,
    )
    return plain(parsed)


json.dump([{"differences": compare(call), "answer": read(call)} for call in json.load(sys.stdin)], sys.stdout)
