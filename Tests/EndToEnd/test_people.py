"""Feedback, handoff, limits and forgetting, of a bot with its own stage."""

import json
import time

import pytest
from chat import Chat
from conftest import ROOT, Botctl, base_environment

pytestmark = pytest.mark.connections

QUESTION = "How many days do I have to return an item?"


@pytest.fixture(scope="module")
def shop(local_aws, tmp_path_factory):
    """A project whose handoffs are mailed, and whose stage `tight` has a small budget."""
    folder = tmp_path_factory.mktemp("people") / "people-shop"
    environment = {**base_environment(), **local_aws}
    Botctl(ROOT, environment).ok("init", str(folder))
    spec = folder / "botctl.yml"
    text = spec.read_text()
    assert "\nhandoff:\n" in text and text.rstrip().count("\nstages:\n") == 1
    text = text.replace("\nhandoff:\n", "\nhandoff:\n  notify: help@example.com\n")
    text = text.rstrip() + "\n  tight:\n    model: { maxTokens: 16 }\n    limits: { tokensPerUserPerDay: 16 }\n    table: { onTeardown: delete }\n"
    spec.write_text(text)
    botctl = Botctl(folder, environment)
    for stage in ("dev", "tight"):
        botctl.ok("deploy", "--yes", "--stage", stage)
    yield botctl
    for stage in ("dev", "tight"):
        botctl.ok("teardown", "--yes", "--delete-data", "--stage", stage)


@pytest.fixture(scope="module")
def outputs(shop):
    return shop.ok("outputs", "--json").json["outputs"]


@pytest.fixture
def items(aws, outputs):
    """The items of one user, as plain values by their sort keys."""

    def read(user):
        answer = aws("dynamodb").query(
            TableName=outputs["TableName"],
            ConsistentRead=True,
            KeyConditionExpression="userId = :user",
            ExpressionAttributeValues={":user": {"S": user}},
        )
        return {item["sessionId"]["S"]: item for item in answer["Items"]}

    return read


def when_closed(read, user):
    """The items once `$disconnect` has run for every connection: it comes when it comes."""
    deadline = time.monotonic() + 60
    while True:
        found = read(user)
        if all(item["state"]["S"] == "closed" for item in found.values() if "state" in item):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.fixture
def user_of(aws, outputs):
    def find(chat_id):
        pages = aws("dynamodb").get_paginator("scan").paginate(TableName=outputs["TableName"], ConsistentRead=True)
        users = {item["userId"]["S"] for page in pages for item in page["Items"] if item["sessionId"]["S"] == chat_id}
        assert len(users) == 1, users
        return users.pop()

    return find


def test_feedback_is_stored_with_its_reply(outputs, items, user_of):
    with Chat(outputs["chatUrl"]) as chat:
        chat_id = chat.hello()["chatId"]
        _, done = chat.ask(QUESTION, "m1")
        assert done["type"] == "done", done
        chat.send(action="feedback", messageId="m1", rating="down", comment="Which items?")
        assert chat.receive() == {"type": "feedback", "messageId": "m1", "rating": "down"}
        chat.send(action="feedback", messageId="m2", rating="up")
        refusal = chat.receive()
        assert (refusal["code"], refusal["messageId"]) == ("unknown_message", "m2")
        chat.send(action="feedback", messageId="m1", rating="five")
        assert chat.receive()["code"] == "bad_frame"
    replies = [item for item in items(user_of(chat_id)).values() if item.get("role") == {"S": "bot"}]
    feedback = replies[0]["feedback"]["M"]
    assert feedback["rating"] == {"S": "down"} and feedback["comment"] == {"S": "Which items?"}

    with Chat(outputs["chatUrl"]) as other:
        other.hello()
        other.send(action="feedback", messageId="m1", rating="up")
        assert other.receive()["code"] == "unknown_message"


@pytest.fixture
def mailbox(aws, shop):
    """What the handoff topic publishes, through a queue that is subscribed to it."""
    resources = aws("cloudformation").describe_stack_resources(StackName="people-shop-dev")["StackResources"]
    topic = next(item["PhysicalResourceId"] for item in resources if item["LogicalResourceId"] == "HandoffTopic")
    subscriptions = aws("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [(item["Protocol"], item["Endpoint"]) for item in subscriptions] == [("email", "help@example.com")]
    queue = aws("sqs").create_queue(QueueName="people-mailbox")["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    subscription = aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]

    def read():
        answer = aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    yield read
    aws("sns").unsubscribe(SubscriptionArn=subscription)
    aws("sqs").delete_queue(QueueUrl=queue)


def test_handoff_marks_the_chat_and_tells_people_once(outputs, items, user_of, mailbox):
    with Chat(outputs["chatUrl"]) as chat:
        chat_id = chat.hello()["chatId"]
        chat.ask("My secret is 4711.", "m1")
        for _ in range(2):
            chat.send(action="handoff")
            assert chat.receive() == {"type": "handoff", "message": "A colleague will get back to you."}
        _, done = chat.ask(QUESTION, "m2")
        assert done["type"] == "done", "the bot goes on answering"
        _, done = chat.ask("I want to talk to a human!", "m3")
        assert done["type"] == "done", "words in a text hand nothing off"
    user = user_of(chat_id)
    assert items(user)[chat_id]["handoff"] == {"S": "done"}
    mails = mailbox()
    assert len(mails) == 1, mails
    assert chat_id in mails[0]["Message"] and user in mails[0]["Message"]
    assert "people-shop" in mails[0]["Subject"] and "4711" not in mails[0]["Message"]


def test_a_days_tokens_are_refused_when_used_up(shop):
    url = shop.ok("outputs", "--json", "--stage", "tight").json["outputs"]["chatUrl"]
    with Chat(url) as chat:
        welcome = chat.hello()
        _, done = chat.ask(QUESTION, "m1")
        assert done["type"] == "done", done
        assert sum(done["usage"].values()) >= 16
        deltas, refusal = chat.ask(QUESTION, "m2")
        assert not deltas and refusal["code"] == "daily_limit", refusal
        assert 0 < refusal["retryAfter"] <= 86_400
        assert chat.ask(QUESTION, "m1")[1]["text"] == done["text"], "what was answered can still be had"
    with Chat(url, token=welcome["token"]) as chat:
        chat.hello()
        assert chat.ask(QUESTION, "m3")[1]["code"] == "daily_limit", "another connection, the same user"
    with Chat(url) as chat:
        chat.hello()
        assert chat.ask(QUESTION, "m1")[1]["type"] == "done", "another user"


def test_forget_leaves_nothing_of_one_user(shop, outputs, items, user_of):
    with Chat(outputs["chatUrl"]) as chat:
        first = chat.hello()
        for number in range(8):
            chat.ask(QUESTION, f"m{number}")
        chat.send(action="feedback", messageId="m0", rating="up")
        chat.receive()
    with Chat(outputs["chatUrl"]) as chat:
        second = chat.hello()
        chat.ask(QUESTION, "m1")
    user, other = user_of(first["chatId"]), user_of(second["chatId"])
    count, others = len(when_closed(items, user)), when_closed(items, other)
    assert count == 8 * 3 + 2, sorted(items(user))

    counted = shop.ok("forget", "--user", user, "--dry-run", "--json").json
    assert (counted["found"], counted["deleted"], counted["dryRun"]) == (count, 0, True)
    refused = shop.ok("forget", "--user", user, code=1)
    assert "--yes" in refused.err
    assert len(items(user)) == count

    result = shop.ok("forget", "--user", user, "--yes", "--json").json
    assert (result["found"], result["deleted"], result["left"]) == (count, count, 0)
    assert items(user) == {} and items(other) == others
    assert "Nothing to do" in shop.ok("forget", "--user", user, "--yes").out
    with Chat(outputs["chatUrl"], token=first["token"]) as chat:
        assert chat.hello(chatId=first["chatId"])["history"] == []


def test_the_chat_command_knows_them(shop):
    run = shop.ok("chat", "--json", stdin=f"/help\n{QUESTION}\n/feedback up thanks\n/handoff\n/nonsense\n")
    documents = json.loads("[" + run.out.replace("}\n{", "},{") + "]")
    assert len(documents) == 3, documents
    assert documents[0]["text"] and documents[1]["rating"] == "up"
    assert documents[2]["handoff"] == "A colleague will get back to you."
    assert "/feedback up|down" in run.err and "/nonsense" in run.err
