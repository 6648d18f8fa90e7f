"""The deployed bot, talked to by a peer's WebSocket client and audited by boto3."""

import json

import pytest
from chat import Chat
from websockets.exceptions import InvalidStatus

QUESTION = "How many days do I have to return an item?"


@pytest.fixture(scope="module")
def outputs(deployed):
    return deployed.ok("outputs", "--json").json["outputs"]


@pytest.fixture(scope="module")
def url(outputs):
    return outputs["chatUrl"]


@pytest.fixture
def items(aws, outputs):
    """Every item of the table, as plain values."""

    def read():
        pages = aws("dynamodb").get_paginator("scan").paginate(TableName=outputs["TableName"], ConsistentRead=True)
        return [{name: next(iter(value.values())) for name, value in item.items()} for page in pages for item in page["Items"]]

    return read


@pytest.mark.connections
def test_a_turn_is_answered_from_the_rules_and_stored(url, items):
    with Chat(url) as chat:
        welcome = chat.hello()
        deltas, done = chat.ask(QUESTION, "turn-1")

    assert done["type"] == "done", done
    assert done["citations"], done
    assert all(citation["file"].startswith("rules/") for citation in done["citations"])
    assert "".join(delta["text"] for delta in deltas) == done["text"]

    mine = [item for item in items() if item["sessionId"].startswith(welcome["chatId"])]
    kinds = sorted(item["kind"] for item in mine)
    assert kinds == ["message", "message", "session", "turn"], mine
    assert len({item["userId"] for item in mine}) == 1
    by_role = {item["role"]: item for item in mine if item["kind"] == "message"}
    assert by_role["customer"]["text"] == QUESTION
    assert by_role["bot"]["text"] == done["text"]
    session = next(item for item in mine if item["kind"] == "session")
    assert session["sessionId"] == session["chatId"] == welcome["chatId"]
    assert all(int(item["expiresAt"]) > 1_700_000_000 for item in mine)


@pytest.mark.connections
def test_a_repeated_message_is_answered_from_the_store(url, items):
    with Chat(url) as chat:
        chat_id = chat.hello()["chatId"]
        _, first = chat.ask(QUESTION, "once")
        before = items()
        deltas, second = chat.ask(QUESTION, "once")
    assert second == first or (second["type"], second["text"]) == ("done", first["text"])
    assert not deltas
    messages = [item for item in items() if item["sessionId"].startswith(chat_id + "#")]
    assert len(messages) == 2 and len(items()) == len(before)


@pytest.mark.connections
def test_a_chat_continues_on_a_new_connection(url):
    with Chat(url) as chat:
        first = chat.hello()
        _, done = chat.ask("Do you ship to Norway?", "m1")
    with Chat(url, token=first["token"]) as chat:
        again = chat.hello(chatId=first["chatId"])
        assert again["chatId"] == first["chatId"]
        assert [message["text"] for message in again["history"]] == ["Do you ship to Norway?", done["text"]]


@pytest.mark.connections
def test_another_visitors_chat_gives_nothing_away(url):
    with Chat(url) as chat:
        theirs = chat.hello()
        chat.ask("My order number is 4711.", "secret")
    with Chat(url) as chat:
        mine = chat.hello(chatId=theirs["chatId"])
        assert mine["chatId"] != theirs["chatId"]
        assert mine["history"] == []


@pytest.mark.connections
@pytest.mark.parametrize("token", ["x", "v1.e30.AAAA", "v1..", "a" * 3000])
def test_a_forged_token_is_refused(url, token):
    with pytest.raises(InvalidStatus) as refusal, Chat(url, token=token):
        pass
    assert refusal.value.response.status_code in (401, 403)


@pytest.mark.connections
def test_bad_frames_get_an_error_frame(url):
    with Chat(url) as chat:
        chat.hello()
        for frame, code in [
            ({"action": "sendMessage", "message": "", "messageId": "m"}, None),
            ({"action": "sendMessage", "message": "hi", "messageId": "no spaces allowed"}, None),
            ({"action": "sendMessage", "message": "x" * 5000, "messageId": "m"}, None),
            ({"action": "dance"}, "unknown_action"),
        ]:
            chat.send(**frame)
            answer = chat.receive()
            assert answer["type"] == "error", answer
            assert code is None or answer["code"] == code
        chat.send(action="ping")
        assert chat.receive()["type"] == "pong"


def test_botctl_chat_prints_the_reply(deployed):
    run = deployed.ok("chat", "--message", QUESTION)
    assert "30" in run.out or "days" in run.out
    run = deployed.ok("chat", "--message", QUESTION, "--json")
    assert json.loads(run.out)["citations"]


def permissions(document):
    for statement in document["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            yield action


def without(document, action):
    statements = []
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        left = [candidate for candidate in actions if candidate != action]
        if left:
            statements.append({**statement, "Action": left})
    return {**document, "Statement": statements}


# What the local AWS checks under the function's own role. It does not check ssm, Bedrock is answered by a
# stand-in that knows no IAM, and a log write is not needed for an answer: those grants are held to an exact
# table by the unit tests of Synthesis.
NEEDED = {
    "SendMessage": {
        "dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:Query", "execute-api:ManageConnections",
    },
    "Connect": {"dynamodb:PutItem"},
    "Hello": {"execute-api:ManageConnections"},
}


def converse(url):
    with Chat(url) as chat:
        chat.hello()
        _, frame = chat.ask(QUESTION)
        assert frame["type"] == "done", frame


@pytest.mark.parametrize("function,action", [(f, a) for f, actions in NEEDED.items() for a in sorted(actions)])
def test_each_permission_is_needed(aws, outputs, url, function, action):
    """A role with one permission removed fails the conversation that passes with it."""
    iam = aws("iam")
    role = aws("lambda").get_function_configuration(FunctionName=outputs["Function" + function])["Role"].split("/")[-1]
    changed = []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        if action in permissions(document):
            changed.append((name, document))
    assert changed, f"{role} does not hold {action}"
    restart(aws, outputs["Function" + function])
    converse(url)
    try:
        for name, document in changed:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(without(document, action)))
        restart(aws, outputs["Function" + function])
        with pytest.raises(Exception):
            converse_quickly(url)
    finally:
        for name, document in changed:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
        restart(aws, outputs["Function" + function])
    converse(url)


def converse_quickly(url):
    """As `converse`, but silence counts as failure after 3 s: nothing can be posted without the permission."""
    with Chat(url) as chat:
        chat.send(action="hello")
        assert chat.receive(timeout=3)["type"] == "welcome"
        _, frame = chat.ask(QUESTION, timeout=3)
        assert frame["type"] == "done", frame


def restart(aws, function):
    """A warm process keeps the token key it has read; a changed description starts a new one."""
    client = aws("lambda")
    description = client.get_function_configuration(FunctionName=function).get("Description", "")
    client.update_function_configuration(FunctionName=function, Description=description + ".")
