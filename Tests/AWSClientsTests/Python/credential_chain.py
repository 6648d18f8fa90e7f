"""STS, IAM Identity Center, a container's and EC2's metadata service on one loopback port, and botocore beside them.

Who gets credentials here can be read off them: the access key id is a digest of everything that a request says about
who asks for what, so that two clients get the same one exactly when they ask for the same thing in the same name.

POST /oracle takes cases ({"environment", "home", "profile"}) and answers with what botocore picks. Prints its port
first, ends with its standard input.
"""

import hashlib
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import botocore.credentials
import botocore.loaders
import botocore.session
import botocore.tokens
import botocore.utils
from botocore.exceptions import BotoCoreError, ClientError

LATER = "2099-01-01T00:00:00Z"
OVER = "2020-01-01T00:00:00Z"
DEVICES = {}


def identity(*parts):
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return {"id": f"ASIA{digest[:16].upper()}", "secret": digest[16:40], "token": digest[40:]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, kind="application/json", headers=()):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_PUT(self):
        self.body()
        mode, path = self.imds()
        if path != "latest/api/token":
            return self.answer(404, "")
        lifetime = self.headers.get("x-aws-ec2-metadata-token-ttl-seconds")
        status = {"absent": 404, "v1": 403, "v1-405": 405, "refused": 400}.get(mode, 200 if lifetime == "21600" else 400)
        self.answer(status, f"token-{mode}" if status == 200 else "", "text/plain")

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/federation/credentials":
            return self.role_credentials()
        if path.startswith("/container/"):
            return self.container(path.split("/")[2])
        if path.startswith("/imds/"):
            return self.metadata()
        self.answer(404, "")

    def do_POST(self):
        body = self.body()
        if self.path == "/oracle":
            return self.answer(200, [ask(case) for case in json.loads(body)])
        if self.path == "/":
            return self.sts({name: values[0] for name, values in parse_qs(body.decode()).items()})
        self.oidc(json.loads(body))

    # STS

    def sts(self, form):
        signer = re.search(r"Credential=([^/]+)/\d+/([^/]+)/sts/", self.headers.get("Authorization") or "")
        action = form["Action"]
        if action == "GetCallerIdentity":
            return self.answer(
                200,
                "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>u</UserId><Account>111122223333</Account>"
                f"<Arn>arn:aws:iam::111122223333:user/{signer[1]}</Arn></GetCallerIdentityResult>"
                "</GetCallerIdentityResponse>",
                "text/xml",
            )
        if (action == "AssumeRole") != (signer is not None):
            return self.sts_error(403, "MissingAuthenticationToken", "signed wrongly")
        if "denied" in form["RoleArn"]:
            return self.sts_error(403, "AccessDenied", f"not authorized to perform: sts:{action}")
        if form["RoleSessionName"].startswith(("botocore-session-", "botctl-")):
            form["RoleSessionName"] = "its own"
        made = identity(sorted(form.items()), signer and signer.groups(), self.headers.get("X-Amz-Security-Token"))
        expires = OVER if "expired" in form["RoleArn"] else LATER
        self.answer(
            200,
            f"<{action}Response><{action}Result><Credentials><AccessKeyId>{made['id']}</AccessKeyId>"
            f"<SecretAccessKey>{made['secret']}</SecretAccessKey><SessionToken>{made['token']}</SessionToken>"
            f"<Expiration>{expires}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>x:y</AssumedRoleId>"
            f"<Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser></{action}Result></{action}Response>",
            "text/xml",
        )

    def sts_error(self, status, code, message):
        self.answer(
            status,
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>r</RequestId></ErrorResponse>",
            "text/xml",
        )

    # IAM Identity Center

    def role_credentials(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        token = self.headers.get("x-amz-sso_bearer_token")
        if not token or token.startswith("revoked"):
            return self.answer(401, {"message": "no"}, headers=[("x-amzn-errortype", "UnauthorizedException")])
        if query["role_name"] == "Denied":
            return self.answer(403, {"message": "no access"}, headers=[("x-amzn-errortype", "ForbiddenException")])
        made = identity(query, token)
        self.answer(200, {"roleCredentials": {
            "accessKeyId": made["id"], "secretAccessKey": made["secret"], "sessionToken": made["token"],
            "expiration": 4070908800000,
        }})

    def oidc(self, request):
        if self.path == "/client/register":
            known = request["clientType"] == "public" and request["clientName"].startswith("botctl-")
            return self.answer(200 if known else 400, {
                "clientId": "client", "clientSecret": "client-secret", "clientSecretExpiresAt": 4070908800,
            })
        if request.get("clientId") != "client" or request.get("clientSecret") != "client-secret":
            return self.oidc_error("InvalidClientException", "invalid_client")
        if self.path == "/device_authorization":
            mode = request["startUrl"].rsplit("/", 1)[-1]
            DEVICES[mode] = 0
            return self.answer(200, {
                "deviceCode": mode, "userCode": "ABCD-EFGH", "verificationUri": "https://device.example/",
                "verificationUriComplete": "https://device.example/?user_code=ABCD-EFGH", "expiresIn": 600, "interval": 1,
            })
        if request["grantType"] == "refresh_token":
            if request["refreshToken"].startswith("void"):
                return self.oidc_error("InvalidGrantException", "invalid_grant")
            answer = {"accessToken": "renewed-" + request["refreshToken"], "expiresIn": 3600, "tokenType": "Bearer"}
            if not request["refreshToken"].startswith("kept"):
                answer["refreshToken"] = "next-" + request["refreshToken"]
            return self.answer(200, answer)
        mode = request["deviceCode"]
        DEVICES[mode] += 1
        refusals = {"denied": ("AccessDeniedException", "access_denied"), "over": ("ExpiredTokenException", "expired_token")}
        if mode in refusals and DEVICES[mode] == 2:
            return self.oidc_error(*refusals[mode])
        if DEVICES[mode] == 1 or mode == "never":
            return self.oidc_error("AuthorizationPendingException", "authorization_pending")
        if DEVICES[mode] == 2:
            return self.oidc_error("SlowDownException", "slow_down")
        self.answer(200, {"accessToken": "signed-in", "expiresIn": 3600, "refreshToken": "renew", "tokenType": "Bearer"})

    def oidc_error(self, kind, error):
        self.answer(400, {"error": error, "error_description": "x"}, headers=[("x-amzn-errortype", kind)])

    # The machine

    def machine(self, made, expires=LATER):
        return {
            "AccessKeyId": made["id"], "SecretAccessKey": made["secret"], "Token": made["token"],
            "Expiration": expires, "Code": "Success", "Type": "AWS-HMAC",
        }

    def container(self, mode):
        if mode == "refused":
            return self.answer(403, {"code": "AccessDeniedException", "message": "no"})
        if mode == "garbage":
            return self.answer(200, "<html>")
        if mode == "expired":
            return self.answer(200, self.machine(identity(mode), OVER))
        self.answer(200, self.machine(identity(self.path, self.headers.get("Authorization"))))

    def imds(self):
        parts = self.path.split("/", 3)
        return (parts[2], parts[3]) if len(parts) == 4 and parts[1] == "imds" else ("absent", "")

    def metadata(self):
        mode, path = self.imds()
        token = self.headers.get("x-aws-ec2-metadata-token")
        if mode in ("absent", "refused") or token not in ((None,) if mode.startswith("v1") else (f"token-{mode}",)):
            return self.answer(404 if mode == "absent" else 401, "")
        folder = "latest/meta-data/iam/security-credentials/"
        if path == folder:
            status = {"norole": 404, "denied": 403, "broken": 500}.get(mode, 200)
            return self.answer(status, "" if mode == "empty" else "role-of-instance", "text/plain")
        if path != folder + "role-of-instance":
            return self.answer(404, "")
        if mode == "error":
            return self.answer(200, {"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"})
        if mode == "garbage":
            return self.answer(200, "<html>")
        self.answer(200, self.machine(identity(mode, token), OVER if mode == "stale" else LATER))


# botocore

LOADER = botocore.loaders.create_loader()
REGION = {"region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)}
botocore.utils.ContainerMetadataFetcher.SLEEP_TIME = 0


def ask(case):
    os.environ.clear()
    os.environ.update(case["environment"])
    cache = os.path.join(case["home"], ".aws", "sso", "cache")
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    try:
        session = botocore.session.Session(session_vars=REGION, profile=case.get("profile"))
        session.register_component("data_loader", LOADER)
        resolver = session.get_component("credential_provider")
        resolver.get_provider("assume-role")._prompter = lambda prompt: "123456"
        credentials = session.get_credentials()
        if credentials is None:
            return {"error": "none"}
        frozen = credentials.get_frozen_credentials()
        return {
            "key": frozen.access_key, "secret": frozen.secret_key, "token": frozen.token or "",
            "method": credentials.method,
        }
    # botocore itself lets KeyError, OSError and the JSON decoder's errors through.
    except (BotoCoreError, ClientError, KeyError, OSError, RuntimeError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
