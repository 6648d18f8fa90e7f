"""Talks to the Bedrock stand-in as any application does: with boto3. Usage: bedrock_client.py URL CASE"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EventStreamError,
    HTTPClientError,
    ReadTimeoutError,
)

URL, CASE = sys.argv[1], sys.argv[2]
MODEL = "meta.llama3-3-70b-instruct-v1:0"
PROFILE = "arn:aws:bedrock:us-east-2:111122223333:inference-profile/us.meta.llama3-1-8b-instruct-v1:0"
RULES = """You are the assistant.
<rules>
[returns-1] Returns > Return window
You can return an unused item within 60 days of delivery. Gifts are returned for store credit.
[shipping-2] Shipping > Canada
We deliver to Canada in 6 to 9 business days for $18.50.
</rules>"""


def client(attempts=1, read_timeout=10):
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=URL,
        region_name="us-east-2",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=read_timeout),
    )


def ask(text, model=MODEL, **more):
    request = {
        "modelId": model,
        "system": [{"text": RULES}],
        "messages": [{"role": "user", "content": [{"text": text}]}],
        "inferenceConfig": {"maxTokens": 512, "temperature": 0.2},
    }
    return request | more


def refused(code, status, call):
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, error.response
        assert error.response["Error"]["Message"], error.response
        return error.response["Error"]["Message"]
    raise AssertionError(f"not refused with {code}")


def converse():
    for model in (MODEL, PROFILE, "us.meta.llama3-1-8b-instruct-v1:0"):
        answer = client().converse(**ask("How many days do I have to return an item?", model))
        text = answer["output"]["message"]["content"][0]["text"]
        assert "within 60 days of delivery" in text and "[returns-1]" in text, text
        assert "no model was asked" in text, text
        assert answer["stopReason"] == "end_turn"
        usage = answer["usage"]
        assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] and usage["outputTokens"] > 5
        assert answer["metrics"]["latencyMs"] >= 0
        assert len(answer["ResponseMetadata"]["RequestId"]) == 36


def stream():
    answer = client().converse_stream(**ask("What does delivery to Canada cost?"))
    events = list(answer["stream"])
    names = [next(iter(event)) for event in events]
    assert names[0] == "messageStart" and events[0]["messageStart"]["role"] == "assistant"
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"], names
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert len(deltas) > 3
    text = "".join(deltas)
    assert "$18.50" in text and "[shipping-2]" in text, text
    assert events[-2]["messageStop"]["stopReason"] == "end_turn"
    assert events[-1]["metadata"]["usage"]["totalTokens"] > 0
    whole = client().converse(**ask("What does delivery to Canada cost?"))
    assert whole["output"]["message"]["content"][0]["text"] == text


def limits():
    cut = client().converse(**ask("Return window?", inferenceConfig={"maxTokens": 3}))
    assert cut["stopReason"] == "max_tokens" and cut["usage"]["outputTokens"] <= 3, cut
    stopped = client().converse(**ask("Return window?", inferenceConfig={"stopSequences": ["unused"]}))
    text = stopped["output"]["message"]["content"][0]["text"]
    assert stopped["stopReason"] == "stop_sequence" and text.endswith("an "), stopped


def refusals():
    bedrock = client()
    user = {"role": "user", "content": [{"text": "x"}]}
    bot = {"role": "assistant", "content": [{"text": "y"}]}
    cases = [
        (ask("x", messages=[bot, user]), "start with a user message"),
        (ask("x", messages=[user, user]), "alternate between user and assistant"),
        (ask("x", messages=[user, bot]), "end with a user message"),
        (ask("x", messages=[{"role": "user", "content": []}]), "is empty"),
        (ask("x", messages=[]), "messages"),
        (ask("  "), "is blank"),
        (ask("x", model="no/such model!"), "model identifier is invalid"),
        (ask("x", toolConfig={"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": {}}}}]}), "tool"),
    ]
    for request, part in cases:
        for call in (bedrock.converse, bedrock.converse_stream):
            message = refused("ValidationException", 400, lambda: call(**request))
            assert part in message, message


NOVA = "us.amazon.nova-lite-v1:0"
SPEC = {
    "name": "orderStatus",
    "description": "Looks up the state of an order by its number",
    "inputSchema": {"json": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}},
}
TOOLS = {"toolConfig": {"tools": [{"toolSpec": SPEC}]}}


def tools():
    bedrock = client()
    question = ask("Where is my order A-1001?", **TOOLS)
    answer = bedrock.converse(**question)
    assert answer["stopReason"] == "tool_use", answer
    use = answer["output"]["message"]["content"][0]["toolUse"]
    assert use["name"] == "orderStatus" and use["input"] == {"order": "A-1001"}, use

    events = list(bedrock.converse_stream(**{**question, "modelId": NOVA})["stream"])
    starts = [event["contentBlockStart"]["start"]["toolUse"] for event in events if "contentBlockStart" in event]
    pieces = [event["contentBlockDelta"]["delta"]["toolUse"]["input"] for event in events if "contentBlockDelta" in event]
    assert starts == [{"toolUseId": use["toolUseId"], "name": "orderStatus"}], starts
    assert json.loads("".join(pieces)) == {"order": "A-1001"}
    assert {"stopReason": "tool_use"} in [event.get("messageStop") for event in events]

    def after(*results, config=TOOLS, uses=(use,)):
        messages = question["messages"] + [
            {"role": "assistant", "content": [{"toolUse": each} for each in uses]},
            {"role": "user", "content": [{"toolResult": each} for each in results] or [{"text": "and?"}]},
        ]
        return {**ask("", messages=messages), **config}

    result = {"toolUseId": use["toolUseId"], "content": [{"json": {"state": "sent"}}]}
    worded = bedrock.converse(**after(result))
    text = worded["output"]["message"]["content"][0]["text"]
    assert worded["stopReason"] == "end_turn" and text.startswith('orderStatus: {"state":"sent"}'), text
    assert "no model was asked" in text
    failed = bedrock.converse(**after({**result, "status": "error", "content": [{"text": "down"}]}))
    assert failed["output"]["message"]["content"][0]["text"].startswith("orderStatus failed: down")

    # What needs no tool, or lacks a tool's input, is answered from the rules.
    for other in ("How many days do I have to return an item?", "Where is my order?"):
        assert bedrock.converse(**ask(other, **TOOLS))["stopReason"] == "end_turn"

    cases = [
        (bedrock.converse_stream, question, "streaming mode"),
        (bedrock.converse, {**question, "modelId": "meta.llama3-8b-instruct-v1:0"}, "doesn't support tool use"),
        (bedrock.converse, after(result, config={}), "toolConfig field must be defined"),
        (bedrock.converse, after(), "Expected toolResult blocks"),
        (bedrock.converse, after({**result, "toolUseId": "other"}), "Expected toolResult blocks"),
        (bedrock.converse, after(result, result), "exceeds the number of toolUse blocks"),
        (bedrock.converse, ask("x", toolConfig={"tools": [{"toolSpec": SPEC}] * 2}), "already defined"),
    ]
    for call, request, part in cases:
        message = refused("ValidationException", 400, lambda: call(**request))
        assert part in message, message


def throttled():
    refused("ThrottlingException", 429, lambda: client().converse(**ask("x")))
    refused("ThrottlingException", 429, lambda: client().converse_stream(**ask("x")))


def throttled_once():
    answer = client(attempts=3).converse(**ask("Return window?"))
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1, answer["ResponseMetadata"]


def server_error():
    refused("InternalServerException", 500, lambda: client().converse(**ask("x")))


def reset():
    try:
        client().converse(**ask("Return window?"))
        raise AssertionError("an unstreamed answer came through")
    except (ConnectionClosedError, HTTPClientError):
        pass
    seen = []
    try:
        for event in client().converse_stream(**ask("Return window?"))["stream"]:
            seen.append(next(iter(event)))
        raise AssertionError("the stream ended as if it were whole")
    except (EventStreamError, HTTPClientError, OSError):
        pass
    except Exception as error:  # urllib3's own, which botocore lets through
        assert type(error).__name__ in ("ProtocolError", "ReadTimeoutError"), repr(error)
    assert len(seen) <= 3 and "messageStop" not in seen, seen


def seen_until(failure):
    """The events of a stream, which must end with the failure."""
    seen = []
    try:
        for event in client().converse_stream(**ask("Return window?"))["stream"]:
            seen.append(next(iter(event)))
    except failure as error:
        assert "messageStop" not in seen, seen
        return seen, error
    raise AssertionError("the stream ended as if it were whole")


def exception():
    message = refused("ModelErrorException", 424, lambda: client().converse(**ask("Return window?")))
    seen, error = seen_until(EventStreamError)
    assert seen == ["messageStart", "contentBlockDelta", "contentBlockDelta"], seen
    assert error.response["Error"] == {"Code": "modelStreamErrorException", "Message": message}, error.response


def garbage():
    # What botocore makes of a body that is no JSON: nothing, and no error.
    answer = client().converse(**ask("Return window?"))
    assert set(answer) == {"ResponseMetadata"}, answer
    seen, error = seen_until(ParserError)
    assert len(seen) == 3, seen


def hang():
    impatient = client(read_timeout=2)
    try:
        impatient.converse_stream(**ask("Return window?"))
        raise AssertionError("an answer began")
    except ReadTimeoutError:
        pass
    seen = []
    try:
        for event in impatient.converse_stream(**ask("Return window?"))["stream"]:
            seen.append(next(iter(event)))
        raise AssertionError("the stream ended")
    except Exception as error:  # urllib3's own, which botocore lets through in places
        assert type(error).__name__ == "ReadTimeoutError", repr(error)
    assert len(seen) == 3, seen


CASES = [
    converse, stream, limits, refusals, tools, throttled, throttled_once, server_error, reset, exception, garbage, hang,
]
{case.__name__: case for case in CASES}[CASE]()
print("ok")
