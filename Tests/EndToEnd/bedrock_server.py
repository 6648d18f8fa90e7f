"""Bedrock and STS as the real ones for tests: every signature is computed again by botocore, and what was asked is
kept."""

import http.server
import json
import threading
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer  # noqa: F401  the judge of what the tests replay

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::444455556666:user/dev</Arn><UserId>AIDAEXAMPLE</UserId><Account>444455556666</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


class BedrockServer:
    """`answer(request)` gives (status, headers, [pieces of the body])."""

    def __init__(self, access_key, secret, region, answer):
        self.requests, self.failures = [], []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service = "bedrock" if self.path.startswith(("/model/", "/guardrail/")) else "sts"
                wrong = owner.check(self, body, service)
                if wrong:
                    owner.failures.append(wrong)
                    return self.answer(403, {"x-amzn-ErrorType": "InvalidSignatureException"}, [b'{"message":"no"}'])
                if service == "sts":
                    return self.answer(200, {"Content-Type": "text/xml"}, [IDENTITY.encode()])
                owner.requests.append((self.path, dict(self.headers), body))
                self.answer(*answer(owner.requests[-1]))

            def answer(self, status, headers, pieces):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

        self.credentials = Credentials(access_key, secret)
        self.region = region
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def check(self, handler, body, service):
        """What is wrong with the signature; None where nothing is."""
        authorization = handler.headers.get("Authorization", "")
        if f"/{self.region}/{service}/aws4_request" not in authorization:
            return f"scope: {authorization}"
        signed = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
        request = AWSRequest(
            method="POST",
            url=self.url + handler.path,
            data=body,
            headers={name: handler.headers[name] for name in signed if name != "host"},
        )
        request.headers["Host"] = handler.headers["Host"]
        auth = SigV4Auth(self.credentials, service, self.region)
        request.context["timestamp"] = handler.headers["X-Amz-Date"]
        canonical = auth.canonical_request(request)
        expected = auth.signature(auth.string_to_sign(request, canonical), request)
        return None if authorization.endswith(expected) else f"{urllib.parse.unquote(handler.path)}: {canonical}"

    def bodies(self):
        return [json.loads(body) for _, _, body in self.requests]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
