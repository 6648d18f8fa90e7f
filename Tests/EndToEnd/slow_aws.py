"""As much of AWS as a deployment calls, whose CloudFormation takes its time: minutes, by a clock that the test turns.

    aws = SlowAWS()
    aws.until = 65        # CloudFormation has come this far, in seconds since it began
    aws.until = FOREVER   # and now it is done

Nothing is checked or built: tests that need a real answer use MiniStack.
"""

import http.server
import json
import threading
import time
import urllib.parse
import xml.sax.saxutils

ACCOUNT, FOREVER = "111122223333", 1e9
BUCKET = f"botctl-artifacts-{ACCOUNT}-us-east-2"
EPOCH = 1_795_348_800  # 2026-11-22T12:00:00Z

# When a resource of this type goes to work, and how long it takes.
PACE = {
    "AWS::IAM::Role": (0, 14),
    "AWS::DynamoDB::Table": (1, 75),
    "AWS::ApiGatewayV2::Api": (1, 3),
    "AWS::Logs::LogGroup": (2, 4),
    "AWS::Lambda::Function": (16, 8),
    "AWS::ApiGatewayV2::Authorizer": (61, 2),
    "AWS::ApiGatewayV2::Integration": (62, 10),
    "AWS::Lambda::Permission": (26, 12),
}
LAST = (70, 2)


def escaped(text):
    return xml.sax.saxutils.escape(str(text))


def members(items):
    return "".join(f"<member>{item}</member>" for item in items)


def fields(**values):
    return "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in values.items())


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(EPOCH + seconds)) + f".{int(seconds * 1000) % 1000:03}Z"


class Stack:
    def __init__(self, name, number):
        self.name, self.id = name, f"arn:aws:cloudformation:us-east-2:{ACCOUNT}:stack/{name}/{number}"
        self.status, self.template, self.parameters, self.tags = "REVIEW_IN_PROGRESS", "", {}, {}
        self.change_sets, self.change_set, self.events, self.protected = {}, "", [], False
        self.created = self.updated = None
        self.plan, self.end, self.began, self.verb = [], None, 0, "CREATE"


class SlowAWS:
    """Serves in threads of its own until `stop`."""

    def __init__(self):
        self.lock = threading.RLock()
        self.stacks, self.objects, self.parameters, self.calls = {}, {}, {}, []
        # The next execution fails at this logical id with these words.
        self.failure = None
        self.now, self.until, self.number = 0, FOREVER, 0
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with owner.lock:
                    status, answer = owner.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def environment(self):
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_port}",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-2",
        }

    def answer(self, method, path, headers, body):
        target = headers.get("X-Amz-Target")
        if target:
            return self.json(target.split(".")[-1], json.loads(body or b"{}"))
        form = {name: values[0] for name, values in urllib.parse.parse_qs(body.decode("latin-1")).items()} if method == "POST" else {}
        if "Action" in form:
            form = {name: values[0] for name, values in urllib.parse.parse_qs(body.decode(), keep_blank_values=True).items()}
            return self.query(form["Action"], form)
        return self.s3(method, path, body)

    # S3, SSM, and the rest

    def s3(self, method, path, body):
        url = urllib.parse.urlsplit(path)
        bucket, _, key = urllib.parse.unquote(url.path.lstrip("/")).partition("/")
        self.calls.append(f"s3.{method}")
        if bucket != BUCKET:
            return 404, b"<Error><Code>NoSuchBucket</Code></Error>"
        if not key:
            options = urllib.parse.parse_qs(url.query, keep_blank_values=True)
            found = [name for name in sorted(self.objects) if name.startswith(options.get("prefix", [""])[0])]
            if "versions" in options:
                listed = "".join(f"<Version><Key>{escaped(name)}</Key><VersionId>1</VersionId></Version>" for name in found)
            else:
                listed = "".join(f"<Contents>{fields(Key=name, Size=len(self.objects[name]))}</Contents>" for name in found)
            return 200, f"<R>{listed}</R>".encode()
        if method == "PUT":
            self.objects[key] = body
        elif method == "DELETE":
            self.objects.pop(key, None)
        elif key not in self.objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>"
        else:
            return 200, self.objects[key]
        return 200, b""

    def json(self, action, request):
        self.calls.append(action)
        name = request.get("Name")
        if action == "GetParameter" and name not in self.parameters:
            return 400, b'{"__type":"ParameterNotFound"}'
        if action == "GetParameter":
            return 200, json.dumps({"Parameter": {"Name": name, "Value": self.parameters[name]}}).encode()
        if action == "PutParameter":
            self.parameters[name] = request["Value"]
        answers = {"ListTables": {"TableNames": []}, "DescribeLogGroups": {"logGroups": []}}
        return 200, json.dumps(answers.get(action, {})).encode()

    # CloudFormation

    def query(self, action, form):
        self.calls.append(action)
        if action == "GetCallerIdentity":
            return self.xml(action, fields(Account=ACCOUNT, Arn=f"arn:aws:iam::{ACCOUNT}:user/ada", UserId="A"))
        name = form.get("StackName", "").split("/")[1] if "/" in form.get("StackName", "") else form.get("StackName")
        stack = self.stacks.get(name)
        if stack:
            self.work(stack)
        if stack and stack.status == "DELETE_COMPLETE":
            stack = None
        if action == "CreateChangeSet" and not stack:
            self.number += 1
            stack = self.stacks[name] = Stack(name, self.number)
        if action in ("DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet") and not stack:
            wanted = form["ChangeSetName"]
            stack = next((found for found in self.stacks.values() if wanted in found.change_sets), None)
        if not stack:
            return self.refuse("ValidationError", f"Stack with id {name} does not exist")
        return getattr(self, action)(stack, form)

    def xml(self, action, inner=""):
        return 200, f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>".encode()

    def refuse(self, code, message):
        return 400, f"<ErrorResponse><Error>{fields(Code=code, Message=message)}</Error></ErrorResponse>".encode()

    def work(self, stack):
        """Everything that has happened until now."""
        if stack.end is None:
            return
        while stack.plan and stack.plan[0][0] <= self.until:
            at, logical, kind, status, reason = stack.plan.pop(0)
            self.now = stack.began + at
            self.tell(stack, self.now, logical, kind, status, reason)
            if status.endswith("_FAILED"):
                stack.plan = []
        if not stack.plan:
            stack.status, stack.end = stack.end, None
            stack.updated = None if stack.verb == "CREATE" else self.now
            self.tell(stack, self.now, stack.name, "AWS::CloudFormation::Stack", stack.status)

    def tell(self, stack, at, logical, kind, status, reason=None):
        self.number += 1
        stack.events.append(
            fields(EventId=f"e{self.number}", StackId=stack.id, LogicalResourceId=logical, ResourceType=kind)
            + fields(PhysicalResourceId=stack.id if logical == stack.name else logical, ResourceStatus=status)
            + fields(Timestamp=moment(at), ClientRequestToken=stack.token)
            + (fields(ResourceStatusReason=reason) if reason else "")
        )

    def begin(self, stack, verb, resources, token):
        """Plans the work: each resource begins and ends at the pace of its type."""
        self.now += 60
        stack.began, stack.token, stack.verb = self.now, token, verb
        stack.status = f"{verb}_IN_PROGRESS"
        failure, self.failure = self.failure, None
        plan = []
        for logical, kind in resources:
            start, length = PACE.get(kind, LAST)
            failed = failure and failure[0] == logical
            plan.append((start, logical, kind, f"{verb}_IN_PROGRESS", None))
            plan.append((start + length, logical, kind, f"{verb}_{'FAILED' if failed else 'COMPLETE'}", failure[1] if failed else None))
        stack.plan = sorted(plan, key=lambda step: step[0])
        stack.end = f"{verb}_COMPLETE"
        if failure:
            stack.end = "ROLLBACK_COMPLETE" if verb == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        self.tell(stack, stack.began, stack.name, "AWS::CloudFormation::Stack", stack.status)

    def DescribeStacks(self, stack, _):
        parameters = members(fields(ParameterKey=name, ParameterValue=value) for name, value in stack.parameters.items())
        tags = members(fields(Key=name, Value=value) for name, value in stack.tags.items())
        outputs = {"ApiId": "api1", "StageName": "dev", "TableName": f"{stack.name}-Table-1", "Region": "us-east-2"}
        listed = members(fields(OutputKey=name, OutputValue=value) for name, value in outputs.items())
        times = (fields(CreationTime=moment(stack.created)) if stack.created is not None else "") + (
            fields(LastUpdatedTime=moment(stack.updated)) if stack.updated is not None else ""
        )
        inner = (
            fields(StackId=stack.id, StackName=stack.name, StackStatus=stack.status, ChangeSetId=stack.change_set)
            + f"<Parameters>{parameters}</Parameters><Tags>{tags}</Tags><Outputs>{listed}</Outputs>{times}"
        )
        return self.xml("DescribeStacks", f"<Stacks><member>{inner}</member></Stacks>")

    def DescribeStackEvents(self, stack, _):
        return self.xml("DescribeStackEvents", f"<StackEvents>{members(reversed(stack.events))}</StackEvents>")

    def ListStackResources(self, stack, _):
        resources = json.loads(stack.template)["Resources"] if stack.template else {}
        listed = members(
            fields(LogicalResourceId=name, ResourceType=resource["Type"], ResourceStatus=f"{stack.verb}_COMPLETE")
            for name, resource in resources.items()
        )
        return self.xml("ListStackResources", f"<StackResourceSummaries>{listed}</StackResourceSummaries>")

    def GetTemplate(self, stack, _):
        return self.xml("GetTemplate", fields(TemplateBody=stack.template))

    def CreateChangeSet(self, stack, form):
        def pairs(kind, key, value):
            found, index = {}, 1
            while f"{kind}.member.{index}.{key}" in form:
                found[form[f"{kind}.member.{index}.{key}"]] = form[f"{kind}.member.{index}.{value}"]
                index += 1
            return found

        identifier = f"arn:aws:cloudformation:us-east-2:{ACCOUNT}:changeSet/{form['ChangeSetName']}/1"
        template = form.get("TemplateBody") or self.objects[form["TemplateURL"].split("/", 3)[3]].decode()
        stack.change_sets[identifier] = {
            "name": form["ChangeSetName"],
            "template": template,
            "parameters": pairs("Parameters", "ParameterKey", "ParameterValue"),
            "tags": pairs("Tags", "Key", "Value"),
            "description": form.get("Description", ""),
            "created": moment(self.now + 30),
        }
        return self.xml("CreateChangeSet", fields(Id=identifier, StackId=stack.id))

    def DescribeChangeSet(self, stack, form):
        found = stack.change_sets[form["ChangeSetName"]]
        return self.xml(
            "DescribeChangeSet",
            fields(ChangeSetId=form["ChangeSetName"], ChangeSetName=found["name"], StackId=stack.id, StackName=stack.name)
            + fields(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", Description=found["description"])
            + fields(CreationTime=found["created"]),
        )

    def ListChangeSets(self, stack, _):
        return self.xml("ListChangeSets", "<Summaries/>")

    def DeleteChangeSet(self, stack, form):
        for identifier, found in list(stack.change_sets.items()):
            if form["ChangeSetName"] in (identifier, found["name"]):
                del stack.change_sets[identifier]
        return self.xml("DeleteChangeSet")

    def ExecuteChangeSet(self, stack, form):
        found = stack.change_sets[form["ChangeSetName"]]
        found["executed"] = True
        resources = json.loads(found["template"])["Resources"]
        before = json.loads(stack.template)["Resources"] if stack.template else {}
        changed = [
            (name, resource["Type"])
            for name, resource in resources.items()
            if before.get(name) != resource
            or (resource["Type"] == "AWS::Lambda::Function" and stack.parameters != found["parameters"])
        ]
        verb = "UPDATE" if before else "CREATE"
        fails = self.failure
        self.begin(stack, verb, changed, form.get("ClientRequestToken", ""))
        stack.change_set = form["ChangeSetName"]
        stack.before = (stack.template, stack.parameters, stack.tags)
        if not fails:
            stack.template, stack.parameters, stack.tags = found["template"], found["parameters"], found["tags"]
        if stack.created is None:
            stack.created = stack.began
        return self.xml("ExecuteChangeSet")

    def CancelUpdateStack(self, stack, _):
        if stack.status != "UPDATE_IN_PROGRESS":
            return self.refuse("ValidationError", "CancelUpdateStack cannot be called from current stack status")
        stack.plan, stack.end = [(self.until + 1, "Table", "AWS::DynamoDB::Table", "UPDATE_COMPLETE", None)], "UPDATE_ROLLBACK_COMPLETE"
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        stack.template, stack.parameters, stack.tags = stack.before
        return self.xml("CancelUpdateStack")

    def DeleteStack(self, stack, form):
        if stack.status == "REVIEW_IN_PROGRESS":
            del self.stacks[stack.name]
        else:
            resources = [(name, resource["Type"]) for name, resource in json.loads(stack.template)["Resources"].items()]
            self.begin(stack, "DELETE", resources, form.get("ClientRequestToken", ""))
        return self.xml("DeleteStack")

    def UpdateTerminationProtection(self, stack, _):
        return self.xml("UpdateTerminationProtection", fields(StackId=stack.id))
