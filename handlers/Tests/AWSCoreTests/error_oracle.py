"""For each answer of standard input (JSON lines): the error that botocore's parser for the protocol reads."""

import base64
import json
import sys

from botocore.parsers import ResponseParserError, create_parser

for line in sys.stdin:
    case = json.loads(line)
    response = {
        "body": base64.b64decode(case["body"]),
        "headers": {name.lower(): value for name, value in case["headers"]},
        "status_code": case["status"],
    }
    try:
        parsed = create_parser(case["protocol"]).parse(response, None)
        error = parsed.get("Error", {})
        request_id = parsed.get("ResponseMetadata", {}).get("RequestId")
        print(json.dumps({"code": error.get("Code"), "message": error.get("Message"), "requestId": request_id}))
    except ResponseParserError:
        print(json.dumps({"refused": True}))
