"""Many customers at once, a model and a table that fail, sockets that are cut: nothing is lost, doubled or crossed.

`SOAK_SOCKETS`, `SOAK_MESSAGES` and `SOAK_SEED` make it larger or another one; `make soak` runs 100 × 20.
"""

import asyncio
import base64
import collections
import hashlib
import os
import re
import time
import urllib.parse

import pytest
from conftest import ROOT, Botctl, base_environment, running_local_aws
from customers import Customer
from faults import Dice, Proxy, table_call

SOCKETS = int(os.environ.get("SOAK_SOCKETS", 24))
MESSAGES = int(os.environ.get("SOAK_MESSAGES", 8))
SEED = int(os.environ.get("SOAK_SEED", 1))
FAULTS = "throttle=0.1,midstream=0.03,hang=0.02,garbage=0.02,slow=200ms"
# The model gets 6 s of these, so a hanging one costs a turn 4 s before the fallback is asked.
TIMEOUT = 8
ROUTES = f"""
routes:
  $connect: connect
  $disconnect: disconnect
  hello: hello
  sendMessage: {{ handler: sendMessage, timeout: {TIMEOUT} }}
"""
# Turns under way, below the local AWS's limit of functions at a time; turns of cut sockets come on top.
TURNS_AT_ONCE = 12


class Soak:
    """What a run left: customers, what the proxy saw, the table, how often functions died."""


def host_and_port(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


@pytest.fixture(scope="module")
def faulty_aws(tmp_path_factory):
    options = ("--faults", FAULTS, "--seed", str(SEED))
    yield from running_local_aws(tmp_path_factory.mktemp("soak-local"), *options)


@pytest.fixture(scope="module")
def shop(faulty_aws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("soak") / "busy-shop"
    environment = {**base_environment(), **faulty_aws}
    Botctl(ROOT, environment).ok("init", str(folder))
    spec = folder / "botctl.yml"
    text = spec.read_text()
    for old, new in [
        ("messagesPerMinute: 20", "messagesPerMinute: 6000"),
        ("tokensPerUserPerDay: 200000", "tokensPerUserPerDay: 100000000"),
    ]:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    spec.write_text(text + ROUTES)
    botctl = Botctl(folder, environment)
    # No smoke turn: the audit knows every customer.
    botctl.ok("deploy", "--yes", "--no-smoke")
    yield botctl
    botctl.ok("teardown", "--yes", "--delete-data")


@pytest.fixture(scope="module")
def soak(shop, faulty_aws, client_of):
    outputs = shop.ok("outputs", "--json").json["outputs"]
    aws = client_of(faulty_aws)
    name = re.search(r"^name: (\S+)", (shop.folder / "botctl.yml").read_text(), re.M).group(1)
    parameter = aws("ssm").get_parameter(Name=f"/botctl/{name}/dev/token-key", WithDecryption=True)
    key = base64.b64decode(parameter["Parameter"]["Value"])
    soak = Soak()
    started = time.monotonic()
    asyncio.run(run(soak, outputs, key, faulty_aws, aws))
    soak.seconds = time.monotonic() - started
    # Leases that were not given back end by themselves, a second after the function's time.
    time.sleep(TIMEOUT + 2)
    pages = aws("dynamodb").get_paginator("scan").paginate(TableName=outputs["TableName"], ConsistentRead=True)
    soak.items = [item for page in pages for item in page["Items"]]
    soak.timeouts = timeouts(aws("logs"))
    report(soak)
    return soak


async def run(soak, outputs, key, local_aws, aws):
    customers = {}

    def cut(message):
        customers[message.partition("-")[0]].cut()

    bedrock = host_and_port(local_aws["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"])
    connections = host_and_port(local_aws["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"])
    async with Proxy(SEED, host_and_port(local_aws["AWS_ENDPOINT_URL"]), connections, bedrock, on_gone=cut) as proxy:
        await asyncio.to_thread(point_functions_at, proxy.url, outputs, aws("lambda"))
        turns = asyncio.Semaphore(TURNS_AT_ONCE)
        for number in range(SOCKETS):
            customer = Customer(number, SEED, outputs["chatUrl"], key, MESSAGES, turns)
            customers[customer.name] = customer
        await asyncio.gather(*(customer.talk() for customer in customers.values()))
        # Turns of cut sockets may still be running.
        await asyncio.sleep(TIMEOUT)
    soak.customers, soak.seen = customers, proxy.seen


def point_functions_at(url, outputs, client):
    for output, function in outputs.items():
        if not output.startswith("Function"):
            continue
        variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        variables |= {
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
            "BOTCTL_MANAGEMENT_ENDPOINT": url + "/_aws/execute-api/{apiId}/{stage}",
        }
        client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def timeouts(logs):
    """Invocations that Lambda ended: none, but on a machine that is too busy."""
    count = 0
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            count += sum("timed out" in event["message"] for event in page["events"])
    return count


def report(soak):
    total = collections.Counter()
    for customer in soak.customers.values():
        total += customer.counts
    turns = SOCKETS * MESSAGES
    print(f"\nsoak: {SOCKETS} sockets × {MESSAGES} messages, seed {SEED}: {soak.seconds:.0f} s, {turns / soak.seconds:.1f} turns/s")
    for name, counts in [("requests", soak.seen.requests), ("faults", soak.seen.faults), ("customers", total)]:
        print(f"  {name}: " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    runs = sum(map(len, soak.seen.answers.values()))
    print(f"  model: {runs} whole answers for {turns} messages; {soak.timeouts} functions timed out")


def text(item, name):
    value = item.get(name)
    return None if value is None else next(iter(value.values()))


def of_kind(soak, kind):
    return [item for item in soak.items if text(item, "kind") == kind]


def test_every_message_has_one_reply_and_nothing_was_amiss(soak):
    complaints = [complaint for customer in soak.customers.values() for complaint in customer.complaints]
    assert not complaints, "\n".join(complaints)
    for customer in soak.customers.values():
        assert set(customer.done) == set(customer.texts), customer.name


def test_the_faults_did_happen(soak):
    """A soak in fair weather proves nothing."""
    cuts = sum(customer.counts["cut"] for customer in soak.customers.values())
    seen = soak.seen.faults
    if SOCKETS * MESSAGES >= 150:
        for fault in ["dynamodb throttled", "dynamodb answer lost", "@connections 410", "bedrock 429", "bedrock broken 200"]:
            assert seen[fault] > 0, seen
        assert cuts > 0


def test_both_sides_of_each_turn_are_stored_once(soak):
    stored = collections.defaultdict(dict)
    for item in of_kind(soak, "message"):
        sides = stored[text(item, "messageId")]
        assert text(item, "role") not in sides, f"twice: {item}"
        sides[text(item, "role")] = item
    expected = {message for customer in soak.customers.values() for message in customer.texts}
    assert set(stored) == expected
    for customer in soak.customers.values():
        turns = []
        for message, question in customer.texts.items():
            asked, replied = stored[message]["customer"], stored[message]["bot"]
            assert text(asked, "userId") == text(replied, "userId") == customer.user, message
            assert text(asked, "chatId") == text(replied, "chatId") == customer.chat, message
            assert text(asked, "turnId") == text(replied, "turnId"), message
            assert text(asked, "text") == question
            assert text(replied, "text") == customer.done[message]["text"], message
            turns.append(text(asked, "turnId"))
        assert turns == sorted(turns) and len(set(turns)) == len(turns), customer.name


def test_each_message_was_claimed_once_and_nothing_is_held(soak):
    claims = collections.Counter((text(item, "userId"), text(item, "messageId")) for item in of_kind(soak, "turn"))
    assert claims == {(customer.user, message): 1 for customer in soak.customers.values() for message in customer.texts}
    digests = {text(item, "messageId"): text(item, "digest") for item in of_kind(soak, "turn")}
    for customer in soak.customers.values():
        for message, question in customer.texts.items():
            assert digests[message] == hashlib.sha256(question.encode()).hexdigest()
    now = time.time() * 1000
    assert all(int(text(item, "leaseUntil")) < now for item in of_kind(soak, "turn"))
    assert all(int(text(item, "busyUntil") or 0) < now for item in of_kind(soak, "session"))
    users = {customer.user for customer in soak.customers.values()}
    assert {text(item, "userId") for item in soak.items} == users
    assert {text(item, "kind") for item in soak.items} == {"message", "session", "turn", "usage"}


def test_the_model_ran_once_for_each_message_but_for_turns_that_failed(soak):
    unexplained = 0
    for customer in soak.customers.values():
        for message, question in customer.texts.items():
            runs = len(soak.seen.answers[question])
            assert runs >= 1, message
            # A whole reply that could not be stored did not happen: three refused puts, or an error that says so.
            errors = sum(frame["type"] == "error" and frame["code"] != "turn_in_progress" for frame in soak.seen.frames[message])
            unexplained += max(0, runs - 1 - max(errors, soak.seen.refused_replies[message] // 3))
    assert unexplained <= soak.timeouts


def test_replies_are_what_the_model_said_to_this_message(soak):
    def words(reply):
        return re.sub(r"\s*\[[^\]]*\]", "", reply).split()

    for customer in soak.customers.values():
        for message, question in customer.texts.items():
            said = [words(answer) for answer in soak.seen.answers[question]]
            assert words(customer.done[message]["text"]) in said, message


def test_the_model_was_told_this_chat_and_no_other(soak):
    """Each conversation is the customer's last turns, in order, each once, and nobody else's."""
    for customer in soak.customers.values():
        order = list(customer.texts)
        for position, message in enumerate(order):
            expected = [customer.texts[earlier] for earlier in order[max(0, position - 12) : position + 1]]
            for conversation in soak.seen.conversations[customer.texts[message]]:
                asked = [said for role, said in conversation if role == "user"]
                assert asked == expected[-len(asked) :] and len(asked) >= min(len(expected), 12), f"{message}: {asked}"
                replies = [said for role, said in conversation if role == "assistant"]
                known = [customer.done[earlier]["text"] for earlier in order[:position]]
                assert replies == known[len(known) - len(replies) :], message


def test_the_same_seed_gives_the_same_faults():
    names = [f"PutItem v_{n % 7} message c00{n % 3}-m01 1" for n in range(300)]
    forwards, backwards, other = Dice(5), Dice(5), Dice(6)
    there = sorted((name, *forwards.roll(name)) for name in names)
    back = sorted((name, *backwards.roll(name)) for name in reversed(names))
    assert there == back
    assert there != sorted((name, *other.roll(name)) for name in names)


def test_a_table_call_is_named_without_the_ids_of_a_run():
    def name(connection, turn):
        item = {"userId": {"S": "v_1"}, "sessionId": {"S": f"{connection}#{turn}.1"}, "messageId": {"S": "c001-m02"}}
        return table_call("DynamoDB_20120810.PutItem", {"Item": item})

    assert name("abc=", "01J") == name("xyz", "01K") == ("PutItem v_1 message c001-m02 1", "c001-m02")
    lock = {"Key": {"userId": {"S": "v_1"}, "sessionId": {"S": "abc="}}}
    assert table_call("DynamoDB_20120810.UpdateItem", lock) == ("UpdateItem v_1 session", None)
