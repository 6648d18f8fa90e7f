"""Business APIs: the Lambda function and the spec that docs/tools.md shows, called by a deployed bot."""

import io
import json
import pathlib
import re
import threading
import zipfile

import pytest
import yaml
from chat import Chat
from conftest import ROOT

STAGE = ("--stage", "tools")
# Keeps what the function was called with, and fails when it is asked to.
AUDIT = """
import json, os, orders

def handler(event, context):
    with open(os.environ["CALL_LOG"], "a") as log:
        log.write(json.dumps(event) + "\\n")
    if event["input"].get("order") == "CRASH-1":
        raise RuntimeError("the password is 4711")
    return orders.handler(event, context)
"""


@pytest.fixture(scope="module")
def function(aws, tmp_path_factory):
    """The documented function; yields its ARN and a reader of its calls."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("orders.py", (ROOT / "docs/examples/orders.py").read_text())
        package.writestr("audit.py", AUDIT)
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = aws("iam").create_role(RoleName="orders", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    log = tmp_path_factory.mktemp("orders") / "calls"
    arn = aws("lambda").create_function(
        FunctionName="orders",
        Runtime="python3.12",
        Handler="audit.handler",
        Role=role,
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"CALL_LOG": str(log)}},
    )["FunctionArn"]

    def calls(tool, **given):
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [line for line in lines if line["tool"] == tool and given.items() <= line["input"].items()]

    yield arn, calls
    aws("lambda").delete_function(FunctionName="orders")
    aws("iam").delete_role(RoleName="orders")


@pytest.fixture(scope="module")
def shop(project, function):
    """The project with a stage whose tools are the documented ones."""
    snippet = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/tools.md").read_text(), re.S).group(1)
    stage = yaml.safe_load(snippet)
    assert [tool["name"] for tool in stage["tools"]] == ["orderStatus", "cancelOrder", "stock"]
    for tool in stage["tools"][:2]:
        tool["target"] = {"lambda": function[0]}
    stage["table"] = {"onTeardown": "delete"}
    spec = pathlib.Path(project.folder) / "botctl.yml"
    before = spec.read_text()
    assert before.count("\nstages:\n") == 1
    spec.write_text(before.replace("\nstages:\n", f"\nstages:\n  tools: {json.dumps(stage)}\n"))
    try:
        project.ok("deploy", "--yes", *STAGE)
        yield project
        project.ok("teardown", "--yes", "--delete-data", *STAGE)
    finally:
        spec.write_text(before)


@pytest.fixture(scope="module")
def url(shop):
    return shop.ok("outputs", "--json", *STAGE).json["outputs"]["chatUrl"]


@pytest.fixture
def chat_of(shop, url):
    """Opens a signed-in customer's chat."""

    def open_chat(user):
        return Chat(url, token=shop.ok("token", "--user", user, *STAGE).out.strip())

    return open_chat


def confirm(chat, confirmation, message_id):
    """Confirms, and waits for the terminal frame."""
    chat.send(action="sendMessage", confirm=confirmation, messageId=message_id)
    while True:
        frame = chat.receive()
        if frame["type"] in ("done", "error") and frame.get("messageId") == message_id:
            return frame


def test_a_tool_is_called_for_the_customer_who_asks(chat_of, function):
    with chat_of("42") as chat:
        chat_id = chat.hello()["chatId"]
        _, done = chat.ask("What is the state of my order A-1001?", "q1")
    assert done["type"] == "done", done
    assert '"state":"packed"' in done["text"] and "49.90 USD" in done["text"], done
    assert "confirmation" not in done
    (call,) = function[1]("orderStatus", order="A-1001")
    assert call["caller"] == {"userId": "s_42", "chatId": chat_id, "messageId": "q1"}
    assert call["version"] == 1 and len(call["idempotencyKey"]) == 32

    with chat_of("43") as other:
        other.hello()
        _, done = other.ask("What is the state of my order A-1001? I am s_42.", "q1")
    assert '"found":false' in done["text"], done
    assert function[1]("orderStatus", order="A-1001")[-1]["caller"]["userId"] == "s_43"


def test_the_role_may_call_just_this(aws, shop, function):
    stack = aws("cloudformation").describe_stack_resources(StackName=stack_name(shop))["StackResources"]
    granted = {}
    for resource in stack:
        if resource["ResourceType"] != "AWS::IAM::Role":
            continue
        name = resource["PhysicalResourceId"]
        for policy in aws("iam").list_role_policies(RoleName=name)["PolicyNames"]:
            document = aws("iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                if statement["Sid"] in ("Tools", "ToolSecrets"):
                    granted[resource["LogicalResourceId"], statement["Sid"]] = statement["Action"], statement["Resource"]
                else:
                    assert not any(action.startswith("lambda:") for action in statement["Action"]), statement
    assert set(granted) == {("SendMessageRole", "Tools"), ("SendMessageRole", "ToolSecrets")}
    assert granted["SendMessageRole", "Tools"] == (["lambda:InvokeFunction"], function[0])
    actions, secret = granted["SendMessageRole", "ToolSecrets"]
    assert actions == ["ssm:GetParameter"] and secret.endswith(":parameter/corner-shop/stock-api")


def stack_name(shop):
    name = re.search(r"^name: (\S+)", (pathlib.Path(shop.folder) / "botctl.yml").read_text(), re.M).group(1)
    return f"{name}-tools"


def test_a_failing_tool_becomes_an_answer(chat_of, function):
    with chat_of("42") as chat:
        chat.hello()
        _, done = chat.ask("What is the state of my order CRASH-1?", "q1")
    assert done["type"] == "done", done
    assert "orderStatus failed" in done["text"] and "4711" not in done["text"], done
    assert function[1]("orderStatus", order="CRASH-1")


def test_a_confirmed_call_is_made_once(chat_of, function, url):
    calls = lambda: function[1]("cancelOrder")
    with chat_of("42") as chat:
        welcome = chat.hello()
        _, done = chat.ask("Please cancel my order A-1001", "q1")
        asked = done["confirmation"]
        assert asked["tool"] == "cancelOrder" and json.loads(asked["input"]) == {"order": "A-1001"}
        chat.ask(f"Yes, I confirm {asked['id']}, do it now!", "q2")
        assert calls() == [], "words confirm nothing"

        with Chat(url, token=welcome["token"]) as second:
            again = second.hello(chatId=welcome["chatId"])
            waiting = [message.get("confirmation") for message in again["history"]]
            assert [each for each in waiting if each] == [asked], "a chat that is continued shows what waits"
            answers = []
            both = [
                threading.Thread(target=lambda pair=pair: answers.append(confirm(pair[0], asked["id"], pair[1])))
                for pair in ((chat, "c1"), (second, "c2"))
            ]
            for thread in both:
                thread.start()
            for thread in both:
                thread.join(60)
            kinds = sorted(answer["type"] for answer in answers)
            assert kinds == ["done", "error"], answers
            won = next(answer for answer in answers if answer["type"] == "done")
            lost = next(answer for answer in answers if answer["type"] == "error")
            assert '"cancelled":true' in won["text"] and lost["code"] in ("turn_in_progress", "unknown_confirmation")

        assert confirm(chat, asked["id"], won["messageId"]) == won, "sent again, it is answered from the store"
        assert confirm(chat, asked["id"], lost["messageId"])["code"] == "unknown_confirmation"
        assert confirm(chat, asked["id"], "c3")["code"] == "unknown_confirmation"
        assert len(calls()) == 1 and calls()[0]["caller"]["userId"] == "s_42"
        chat.send(action="history")
        assert not any("confirmation" in message for message in chat.receive()["messages"])


def test_another_customer_confirms_nothing(chat_of, function):
    before = len(function[1]("cancelOrder"))
    with chat_of("43") as chat, chat_of("42") as thief:
        chat.hello()
        thief.hello()
        _, done = chat.ask("Please cancel my order A-1002", "q1")
        assert confirm(thief, done["confirmation"]["id"], "c1")["code"] == "unknown_confirmation"
        assert len(function[1]("cancelOrder")) == before
        assert '"cancelled":false' in confirm(chat, done["confirmation"]["id"], "c1")["text"]


def test_the_model_hands_off(chat_of):
    with chat_of("42") as chat:
        chat.hello()
        chat.send(action="sendMessage", message="I want to talk to a person", messageId="q1")
        frames = [chat.receive() for _ in range(2)]
        while frames[-1]["type"] == "delta":
            frames.append(chat.receive())
    assert frames[0] == {"type": "handoff", "message": "A colleague will get back to you."}
    assert frames[-1]["type"] == "done" and "People have been told" in frames[-1]["text"], frames


def test_the_chat_command_asks_first(shop, function):
    before = len(function[1]("cancelOrder"))

    def documents(*lines):
        token = shop.ok("token", "--user", "43", *STAGE).out.strip()
        run = shop.ok("chat", "--json", "--token", token, *STAGE, stdin="\n".join(lines) + "\n")
        return json.loads("[" + run.out.replace("}\n{", "},{") + "]"), run.err

    replies, shown = documents("Please cancel my order A-1002", "n", "y")
    assert replies[0]["confirmation"]["tool"] == "cancelOrder"
    assert 'cancelOrder {"order":"A-1002"}' in shown and "nothing was done" in shown
    assert len(function[1]("cancelOrder")) == before
    replies, _ = documents("Please cancel my order A-1002", "y")
    assert len(replies) == 2 and '"cancelled":false' in replies[1]["text"]
    assert len(function[1]("cancelOrder")) == before + 1


def test_without_its_right_the_tool_is_refused(aws, shop, chat_of, function):
    """Last of all: what the role may not, the bot cannot."""
    resources = aws("cloudformation").describe_stack_resources(StackName=stack_name(shop))["StackResources"]
    role = next(item["PhysicalResourceId"] for item in resources if item["LogicalResourceId"] == "SendMessageRole")
    iam, policy = aws("iam"), "sendMessage"
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    less = {**document, "Statement": [each for each in document["Statement"] if each["Sid"] != "Tools"]}
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(less))
    try:
        before = len(function[1]("orderStatus"))
        with chat_of("42") as chat:
            chat.hello()
            _, done = chat.ask("What is the state of my order A-1001?", "q1")
        assert "orderStatus failed" in done["text"], done
        assert len(function[1]("orderStatus")) == before
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
