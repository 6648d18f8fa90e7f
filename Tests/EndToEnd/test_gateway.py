"""API Gateway's limits and manners, as PyPI's `websockets` and boto3 meet them in front of the local AWS."""

import contextlib
import io
import json
import pathlib
import time
import zipfile

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import running_local_aws
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

# A function that does what it is told, and keeps what it was told.
FUNCTION = """
import json, os, pathlib, time

folder = pathlib.Path(os.environ["PROBE"])

def handler(event, context):
    context = event["requestContext"]
    (folder / f"{time.time_ns()}-{os.getpid()}.json").write_text(json.dumps(event))
    if event.get("type") == "REQUEST":
        return authorize(event)
    if context["eventType"] == "CONNECT":
        query = event.get("queryStringParameters") or {}
        time.sleep(float(query.get("sleep", 0)))
        headers = {"Sec-WebSocket-Protocol": "chat.v2"} if "protocol" in query else {}
        return {"statusCode": int(query.get("status", 200)), "headers": headers}
    try:
        message = json.loads(event.get("body") or "{}")
    except ValueError:
        message = {}
    action = message.get("action")
    if action == "die":
        os._exit(1)
    if action == "throw":
        raise ValueError("the password is 4711")
    if action == "mute":
        return None
    if action == "slow":
        time.sleep(20)
    if action == "meet":
        (folder / message["me"]).touch()
        for _ in range(1200):
            if (folder / message["you"]).exists():
                return {"statusCode": 200, "body": "met " + message["you"]}
            time.sleep(0.05)
        return {"statusCode": 200, "body": "alone"}
    return {"statusCode": 500 if action == "status" else 200, "body": "echo " + (event.get("body") or "")}

def authorize(event):
    verdict = event["queryStringParameters"]["auth"]
    if verdict == "unauthorized":
        raise Exception("Unauthorized")
    if verdict == "throw":
        raise Exception("the password is 4711")
    if verdict == "garbage":
        return {"isAuthorized": True}
    statement = {"Action": "execute-api:Invoke", "Effect": verdict, "Resource": event["methodArn"]}
    return {"principalId": "p1", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": {"plan": "gold", "seats": 3}}
"""


class Probe:
    """An API whose routes all lead to the function above."""

    def __init__(self, aws, local_aws, folder, routes, **throttling):
        self.aws, self.folder, self.environment = aws, folder, local_aws
        self.name = f"probe-{time.time_ns()}"
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("probe.py", FUNCTION)
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = aws("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        arn = aws("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.12",
            Handler="probe.handler",
            Role=role,
            Timeout=60,
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"PROBE": str(folder)}},
        )["FunctionArn"]
        self.uri = f"arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/{arn}/invocations"
        self.gateway = gateway = aws("apigatewayv2")
        self.api = gateway.create_api(
            Name=self.name, ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        self.routes = {}
        for key in routes:
            self.add_route(key)
        settings = {"DefaultRouteSettings": throttling} if throttling else {}
        gateway.create_stage(ApiId=self.api, StageName="dev", AutoDeploy=True, **settings)
        self.url = f"{local_aws['AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI']}/_aws/execute-api/{self.api}/dev"

    def add_route(self, key, timeout=29_000, **options):
        integration = self.gateway.create_integration(
            ApiId=self.api, IntegrationType="AWS_PROXY", IntegrationUri=self.uri, TimeoutInMillis=timeout
        )["IntegrationId"]
        self.routes[key] = self.gateway.create_route(
            ApiId=self.api, RouteKey=key, Target=f"integrations/{integration}", **options
        )["RouteId"]

    def answer_clients(self, key):
        self.gateway.update_route(ApiId=self.api, RouteId=self.routes[key], RouteResponseSelectionExpression="$default")

    def authorize(self, *sources):
        authorizer = self.gateway.create_authorizer(
            ApiId=self.api, AuthorizerType="REQUEST", Name="a", AuthorizerUri=self.uri, IdentitySource=list(sources)
        )["AuthorizerId"]
        route = self.routes["$connect"]
        self.gateway.update_route(ApiId=self.api, RouteId=route, AuthorizationType="CUSTOM", AuthorizerId=authorizer)

    def connect(self, query="", **options):
        return connect("ws" + self.url[4:] + query, open_timeout=60, close_timeout=60, **options)

    def refusal(self, query="", **options):
        with pytest.raises(InvalidStatus) as refused:
            self.connect(query, **options)
        response = refused.value.response
        return response.status_code, response.body and json.loads(response.body)["message"]

    def connections(self, **keys):
        session = boto3.Session(
            aws_access_key_id=keys.get("id", self.environment["AWS_ACCESS_KEY_ID"]),
            aws_secret_access_key=keys.get("secret", self.environment["AWS_SECRET_ACCESS_KEY"]),
            region_name=self.environment["AWS_REGION"],
        )
        return session.client("apigatewaymanagementapi", endpoint_url=self.url)

    def events(self, kind, count=1):
        """The events of a kind, once there are that many."""
        for _ in range(1200):
            events = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json")) if path.stat().st_size]
            events = [event for event in events if event["requestContext"]["eventType"] == kind]
            if len(events) >= count:
                return events
            time.sleep(0.05)
        raise AssertionError(f"{len(events)} events of kind {kind}, not {count}")

    def id(self):
        """The connection id of the latest client."""
        return self.events("CONNECT")[-1]["requestContext"]["connectionId"]

    def delete(self):
        self.gateway.delete_api(ApiId=self.api)
        self.aws("lambda").delete_function(FunctionName=self.name)
        self.aws("iam").delete_role(RoleName=self.name)


ROUTES = ("$connect", "$disconnect", "echo", "meet", "die", "throw", "mute", "status")


@pytest.fixture
def probe(aws, local_aws, tmp_path):
    if local_aws["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] == local_aws["AWS_ENDPOINT_URL"]:
        pytest.skip("without a gateway")
    probe = Probe(aws, local_aws, tmp_path, ROUTES)
    yield probe
    probe.delete()


@pytest.fixture(scope="module")
def fast_aws(tmp_path_factory):
    """A local AWS whose connections live for twelve seconds, and idle for one."""
    yield from running_local_aws(tmp_path_factory.mktemp("fast"), "--time-scale", "600")


@pytest.fixture
def fast(fast_aws, client_of, tmp_path):
    probe = Probe(client_of(fast_aws), fast_aws, tmp_path, ROUTES)
    yield probe
    probe.delete()


def closed(socket):
    with pytest.raises(ConnectionClosed) as end:
        while True:
            socket.recv(timeout=60)
    return end.value.rcvd.code, end.value.rcvd.reason


def envelope(socket):
    text = socket.recv(timeout=60)
    answer = json.loads(text)
    # Byte for byte what AWS sends, its uneven spaces too.
    assert text == (
        f'{{"message": "{answer["message"]}", "connectionId":"{answer["connectionId"]}", "requestId":"{answer["requestId"]}"}}'
    )
    return answer


def test_a_frame_of_32_kb_passes_and_a_longer_one_closes(probe):
    with probe.connect() as socket:
        message = json.dumps({"action": "echo", "text": ""})
        socket.send(message[:-2] + "x" * (32 * 1024 - len(message)) + '"}')
        assert len(probe.events("MESSAGE")[0]["body"]) == 32 * 1024
        socket.send("x" * (32 * 1024 + 1))
        assert closed(socket) == (1009, "")
    assert probe.events("DISCONNECT")[0]["requestContext"]["disconnectStatusCode"] == 1009


def test_a_message_of_128_kb_in_frames_passes_and_a_longer_one_closes(probe):
    with probe.connect() as socket:
        message = json.dumps({"action": "echo", "text": "x" * (128 * 1024 - 30)})
        message += " " * (128 * 1024 - len(message))
        socket.send(message[start : start + 32 * 1024] for start in range(0, len(message), 32 * 1024))
        assert len(probe.events("MESSAGE")[0]["body"]) == 128 * 1024
        socket.send("x" * size for size in (32 * 1024,) * 4 + (1,))
        assert closed(socket) == (1009, "")


def test_binary_frames_close(probe):
    with probe.connect() as socket:
        socket.send(b"{}")
        assert closed(socket)[0] == 1003


def test_what_no_route_takes_is_forbidden(probe):
    with probe.connect() as socket:
        for message in ('{"action":"dance"}', "no json", '{"action":"$connect"}', '{"action":"$disconnect"}', "[]"):
            socket.send(message)
            answer = envelope(socket)
            assert answer["message"] == "Forbidden" and answer["connectionId"] == probe.id()
    assert len(probe.events("CONNECT")) == 1 and len(probe.events("DISCONNECT")) == 1


def test_a_new_route_is_live_for_open_connections(probe):
    with probe.connect() as socket:
        socket.send("hello")
        assert envelope(socket)["message"] == "Forbidden"
        probe.add_route("$default")
        for _ in range(300):
            socket.send("hello")
            time.sleep(0.2)
            if list(probe.folder.glob("*.json"))[1:]:
                break
        assert probe.events("MESSAGE")[0]["requestContext"]["routeKey"] == "$default"


@pytest.mark.parametrize("action", ["throw", "mute", "die"])
def test_a_function_that_fails_tells_nothing_of_it(probe, action):
    probe.answer_clients("echo")
    with probe.connect() as socket, probe.connect() as other:
        socket.send(json.dumps({"action": action}))
        assert envelope(socket)["message"] == "Internal server error"
        # The gateway, this connection and the others live on.
        for each in (socket, other):
            each.send('{"action":"echo"}')
            assert each.recv(timeout=60) == 'echo {"action":"echo"}'


def test_only_a_route_response_answers_the_client(probe):
    with probe.connect() as socket:
        socket.send('{"action":"status"}')
        socket.send('{"action":"echo"}')
        probe.events("MESSAGE", 2)
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.5)


def test_a_slow_integration_times_out(probe):
    probe.add_route("slow", timeout=300)
    with probe.connect() as socket:
        socket.send('{"action":"slow"}')
        assert envelope(socket)["message"] == "Endpoint request timed out"
        assert probe.events("MESSAGE")


def test_messages_of_one_connection_run_at_a_time(probe):
    """Each of two invocations waits for the other; one after the other they would be alone."""
    probe.answer_clients("meet")
    with probe.connect() as socket:
        socket.send('{"action":"meet","me":"a","you":"b"}')
        socket.send('{"action":"meet","me":"b","you":"a"}')
        assert {socket.recv(timeout=120), socket.recv(timeout=120)} == {"met a", "met b"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_the_status_of_connect_is_the_handshakes(probe, status):
    assert probe.refusal(f"?status={status}")[0] == status


def test_a_connect_function_that_fails(probe):
    assert probe.refusal("?status=x") == (502, "Internal server error")
    probe.gateway.delete_route(ApiId=probe.api, RouteId=probe.routes["$connect"])
    probe.add_route("$connect", timeout=300)
    assert probe.refusal("?sleep=20") == (504, "Endpoint request timed out")


def test_what_the_authorizer_says(probe):
    probe.authorize("route.request.querystring.auth")
    assert probe.refusal() == (401, "Unauthorized")
    assert not list(probe.folder.glob("*.json"))
    for verdict, status in [("Deny", 403), ("unauthorized", 401), ("throw", 500), ("garbage", 500)]:
        assert probe.refusal("?auth=" + verdict)[0] == status, verdict
    with probe.connect("?auth=Allow") as socket:
        socket.send('{"action":"echo"}')
        context = probe.events("MESSAGE")[0]["requestContext"]
        assert context["authorizer"] == {"principalId": "p1", "plan": "gold", "seats": "3"}
    assert probe.events("DISCONNECT")[0]["requestContext"]["authorizer"]["plan"] == "gold"


def test_unknown_apis_and_stages_are_forbidden(probe):
    for path in (f"/_aws/execute-api/{probe.api}/prod", "/_aws/execute-api/00000000/dev", "/"):
        with pytest.raises(InvalidStatus) as refused:
            connect("ws" + probe.url[4:].split("/_aws")[0] + path)
        assert refused.value.response.status_code == 403


def test_the_events_are_those_of_api_gateway(probe):
    with probe.connect("?a=1&a=2&b=%C3%BC", additional_headers={"X-Mine": "yes"}) as socket:
        socket.send('{"action":"echo"}')
        message = probe.events("MESSAGE")[0]
    [connected], [disconnected] = probe.events("CONNECT"), probe.events("DISCONNECT")
    assert connected["queryStringParameters"] == {"a": "2", "b": "ü"}
    assert connected["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["ü"]}
    assert connected["headers"]["X-Mine"] == "yes" and connected["headers"]["Sec-WebSocket-Version"] == "13"
    assert "body" not in connected and connected["isBase64Encoded"] is False
    common = {
        "routeKey", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage", "connectedAt",
        "requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId",
    }
    assert set(connected["requestContext"]) == common
    assert set(message["requestContext"]) == common | {"messageId"}
    assert set(disconnected["requestContext"]) == common | {"disconnectStatusCode", "disconnectReason"}
    assert set(message) == {"requestContext", "body", "isBase64Encoded"}
    assert disconnected["requestContext"]["disconnectStatusCode"] == 1000
    ids = {event["requestContext"]["connectionId"] for event in (connected, message, disconnected)}
    assert len(ids) == 1 and len({event["requestContext"]["connectedAt"] for event in (connected, message)}) == 1


def test_the_function_chooses_the_subprotocol(probe):
    with probe.connect("?protocol=1", subprotocols=["chat.v1", "chat.v2"]) as socket:
        assert socket.subprotocol == "chat.v2"
    with probe.connect(subprotocols=["chat.v1"]) as socket:
        assert socket.subprotocol is None


def test_pings_are_answered(probe):
    with probe.connect() as socket:
        assert socket.ping().wait(60)
        socket.pong()
        assert socket.ping("x" * 125).wait(60)


def test_connections_by_boto3(probe):
    client = probe.connections()
    with probe.connect(user_agent_header="probe/1") as socket:
        identifier = probe.id()
        assert len(identifier) == 16 and identifier.endswith("=")
        client.post_to_connection(ConnectionId=identifier, Data="grüße")
        assert socket.recv(timeout=60) == "grüße"
        before = client.get_connection(ConnectionId=identifier)
        assert before["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "probe/1"}
        assert before["ConnectedAt"] <= before["LastActiveAt"]
        client.post_to_connection(ConnectionId=identifier, Data="x" * 128 * 1024)
        fragments = []
        for part in socket.recv_streaming():
            fragments.append(len(part))
        assert fragments == [32 * 1024] * 4
        for refused, code in [
            (lambda: client.post_to_connection(ConnectionId=identifier, Data="x" * (128 * 1024 + 1)), "PayloadTooLargeException"),
            (lambda: client.post_to_connection(ConnectionId="AAAAAAAAAAAAAAA=", Data="x"), "GoneException"),
            (lambda: probe.connections(secret="wrong").post_to_connection(ConnectionId=identifier, Data="x"), None),
            (lambda: probe.connections(id="AKIANOBODY").post_to_connection(ConnectionId=identifier, Data="x"), None),
        ]:
            with pytest.raises(ClientError) as error:
                refused()
            if code:
                assert error.value.response["Error"]["Code"] == code
            else:
                assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        client.delete_connection(ConnectionId=identifier)
        assert closed(socket) == (1000, "Connection Closed Normally")
        for call in (client.get_connection, client.delete_connection):
            with pytest.raises(client.exceptions.GoneException):
                call(ConnectionId=identifier)
    told = probe.events("DISCONNECT")[0]["requestContext"]
    assert (told["disconnectStatusCode"], told["disconnectReason"]) == (1000, "Connection Closed Normally")


def test_a_stages_throttling(aws, local_aws, tmp_path, probe):
    narrow = Probe(aws, local_aws, tmp_path, ROUTES, ThrottlingRateLimit=0.001, ThrottlingBurstLimit=3)
    try:
        with narrow.connect() as socket:
            for _ in range(3):
                socket.send('{"action":"status"}')
            assert envelope(socket)["message"] == "Too Many Requests"
            assert narrow.refusal() == (429, "Too Many Requests")
        assert len(narrow.events("MESSAGE", 2)) == 2
    finally:
        narrow.delete()


def test_an_idle_connection_is_closed(fast):
    with fast.connect() as socket:
        assert closed(socket) == (1001, "Going away")
    told = fast.events("DISCONNECT")[0]["requestContext"]
    assert (told["disconnectStatusCode"], told["disconnectReason"]) == (1001, "Going away")
    with pytest.raises(ClientError) as gone:
        fast.connections().post_to_connection(ConnectionId=told["connectionId"], Data="x")
    assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


def test_a_busy_connection_is_closed_when_it_is_old(fast):
    """Twelve seconds are two hours; a message every third of one keeps it from being idle."""
    start = time.monotonic()
    with fast.connect() as socket, pytest.raises(ConnectionClosed) as end:
        while True:
            socket.send('{"action":"status"}')
            try:
                socket.recv(timeout=0.3)
            except TimeoutError:
                pass
    assert (end.value.rcvd.code, end.value.rcvd.reason) == (1001, "Going away")
    assert time.monotonic() - start > 11


def test_ctrl_c_with_open_connections_leaves_nothing(tmp_path, client_of):
    """The fixture itself fails on what is left; here with clients and a function that still runs."""
    running = running_local_aws(tmp_path)
    environment = next(running)
    folder = tmp_path / "events"
    folder.mkdir()
    probe = Probe(client_of(environment), environment, folder, ROUTES + ("slow",))
    stack = contextlib.ExitStack()
    sockets = [stack.enter_context(probe.connect()) for _ in range(3)]
    sockets[0].send('{"action":"slow"}')
    probe.events("MESSAGE")
    with pytest.raises(StopIteration):
        next(running)
    with stack:
        for socket in sockets:
            assert closed(socket)[0] == 1001
