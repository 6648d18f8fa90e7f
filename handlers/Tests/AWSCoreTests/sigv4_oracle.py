"""Signs each request of standard input (JSON lines) with botocore; prints what it makes of each step."""

import base64
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign(case):
    moment = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment.replace(tzinfo=None)
    credentials = Credentials(case["accessKeyId"], case["secretAccessKey"], case.get("sessionToken"))
    kind = botocore.auth.S3SigV4Auth if case["service"] == "s3" else botocore.auth.SigV4Auth
    signer = kind(credentials, case["service"], case["region"])
    request = AWSRequest(method=case["method"], url=case["url"], data=base64.b64decode(case["body"]))
    for name, value in case["headers"]:
        request.headers[name] = value
    signer.add_auth(request)
    authorization = request.headers["Authorization"]
    del request.headers["Authorization"]
    return {
        "authorization": authorization,
        "canonicalRequest": signer.canonical_request(request),
        "contentHash": request.headers.get("X-Amz-Content-SHA256"),
        "token": request.headers.get("X-Amz-Security-Token"),
        "date": request.headers["X-Amz-Date"],
    }


for line in sys.stdin:
    print(json.dumps(sign(json.loads(line))))
