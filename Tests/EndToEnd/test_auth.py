"""A stage whose customers sign in (`auth.mode: signed`), and what does not get in."""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import time

import pytest
from chat import Chat
from conftest import ROOT
from websockets.exceptions import InvalidStatus

STAGE = ("--stage", "signedin")
QUESTION = "How many days do I have to return an item?"


def documented():
    """The function that docs/auth.md shows."""
    snippet = re.search(r"```python\n(.*?)```", (ROOT / "docs/auth.md").read_text(), re.S).group(1)
    names = {}
    exec(snippet, names)
    return names["bot_token"]


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forge(key, version="s1", **changes):
    """A token with the right key; `None` leaves a claim out."""
    now = int(time.time())
    claims = {"sub": "42", "iat": now, "exp": now + 300, "jti": b64(hashlib.sha256(repr(changes).encode()).digest())}
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    head = version + "." + b64(json.dumps(claims).encode())
    return head + "." + b64(hmac.new(base64.b64decode(key), head.encode(), hashlib.sha256).digest())


def refusal(url, **query):
    with pytest.raises(InvalidStatus) as refused:
        Chat(url, **query)
    assert refused.value.response.status_code in (401, 403)
    body = refused.value.response.body or b""
    assert not re.search(rb"expired|signature|replay|used|jti", body), body
    return refused.value.response.status_code


@pytest.fixture(scope="module")
def signed(project):
    """The project's other stage; the first is left as it is."""
    spec = pathlib.Path(project.folder) / "botctl.yml"
    before = spec.read_text()
    assert before.count("\nstages:\n") == 1
    stage = "  signedin:\n    auth: { mode: signed }\n    table: { onTeardown: delete }\n"
    spec.write_text(before.replace("\nstages:\n", "\nstages:\n" + stage))
    try:
        project.ok("deploy", "--yes", *STAGE)
        yield project
        project.ok("teardown", "--yes", "--delete-data", *STAGE)
    finally:
        spec.write_text(before)


@pytest.fixture(scope="module")
def outputs(signed):
    return signed.ok("outputs", "--json", *STAGE).json["outputs"]


@pytest.fixture(scope="module")
def url(outputs):
    return outputs["chatUrl"]


@pytest.fixture(scope="module")
def key(signed, aws):
    name = re.search(r"^name: (\S+)", (pathlib.Path(signed.folder) / "botctl.yml").read_text(), re.M).group(1)
    parameter = aws("ssm").get_parameter(Name=f"/botctl/{name}/signedin/token-key", WithDecryption=True)
    return parameter["Parameter"]["Value"]


def test_a_token_of_botctl_lets_its_customer_in_once(signed, url, aws, outputs):
    run = signed.ok("token", "--user", "42", *STAGE)
    token = run.out.removesuffix("\n")
    assert re.fullmatch(r"s1(\.[A-Za-z0-9_-]+){2}", token), run
    assert run.err == ""
    with Chat(url, token=token) as chat:
        chat.hello()
        _, done = chat.ask(QUESTION)
        assert done["type"] == "done", done
    refusal(url, token=token)

    items = aws("dynamodb").query(
        TableName=outputs["TableName"],
        KeyConditionExpression="userId = :user",
        ExpressionAttributeValues={":user": {"S": "s_42"}},
    )["Items"]
    assert sorted(item["kind"]["S"] for item in items) == ["message", "message", "session", "token", "turn", "usage"]


def test_the_documented_python_makes_tokens(url, key):
    make = documented()
    for user in ("42", "zoë@example.com"):
        with Chat(url, token=make(user, key)) as chat:
            assert chat.hello()["history"] == []


def test_json_tells_when_the_token_ends(signed, url):
    answer = signed.ok("token", "--user", "42", "--expires-in", "30s", "--json", *STAGE).json
    assert answer["formatVersion"] == 1 and answer["userId"] == "42"
    assert 0 < answer["expiresAt"] - time.time() <= 31
    with Chat(url, token=answer["token"]):
        pass


def test_what_does_not_get_in(url, key):
    now = int(time.time())
    good = documented()("42", key)
    other_key = base64.b64encode(bytes(32)).decode()
    cases = {
        "expired": forge(key, iat=now - 400, exp=now - 100),
        "not yet valid": forge(key, iat=now + 200, exp=now + 400),
        "lives too long": forge(key, exp=now + 3_700),
        "another key": forge(other_key),
        "a visitor's": forge(key, "v1", u="v_AAAAAAAAAAAAAAAAAAAAAA"),
        "no jti": forge(key, jti=None),
        "no sub": forge(key, sub=None),
        "tampered": good[:-10] + ("A" if good[-10] != "A" else "B") + good[-9:],
        "cut": good[:-1],
        "empty": "",
        "oversized": "a" * 2_100,
        "none": "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.",
    }
    statuses = {name: refusal(url, token=token) for name, token in cases.items()}
    statuses["without"] = refusal(url)
    assert len(set(statuses.values())) == 1, statuses
    with Chat(url, token=good):
        pass


def test_the_welcomes_token_resumes_the_chat_and_no_other(url, key):
    make = documented()
    with Chat(url, token=make("alice", key)) as chat:
        first = chat.hello()
        _, done = chat.ask("Do you ship to Norway?", "m1")
    for _ in range(2):
        with Chat(url, token=first["token"]) as chat:
            again = chat.hello(chatId=first["chatId"])
            assert again["chatId"] == first["chatId"]
            assert [message["text"] for message in again["history"]] == ["Do you ship to Norway?", done["text"]]
    with Chat(url, token=make("mallory", key)) as chat:
        fresh = chat.hello(chatId=first["chatId"])
        assert fresh["chatId"] != first["chatId"] and fresh["history"] == []


def test_chat_takes_a_token(signed):
    token = signed.ok("token", "--user", "7", *STAGE).out.strip()
    run = signed.ok("chat", "--token", token, "--message", QUESTION, *STAGE)
    assert run.out.strip() and "rules/" in run.err, run
    assert signed("chat", "--token", token, "--message", QUESTION, *STAGE).code == 1
    assert signed("chat", "--message", QUESTION, *STAGE).code == 1


def test_token_says_why_not(signed):
    run = signed("token", "--user", "42")
    assert run.code == 1 and "auth.mode" in run.err, run
    assert signed("token", "--user", "", *STAGE).code == 64
    assert signed("token", "--user", "42", "--expires-in", "2h", *STAGE).code == 64
