"""The bot's turn in Python with boto3, as one would write it: the peer of `make bench`.

The same calls in the same order as `sendMessage`, ConverseStream included; what the bot overlaps runs one after the
other here, as boto3 has no calls that do not wait. Serves events of Lambda's Runtime API without awslambdaric, which
would cost it another 0.3 ms a turn.
"""

import hashlib
import http.client
import json
import os
import re
import time
import uuid

import boto3
from botocore.config import Config

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
TABLE = os.environ["BOTCTL_TABLE"]
with open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "bot.json")) as file:
    BOT = json.load(file)

CONFIG = Config(retries={"mode": "standard"}, tcp_keepalive=True)
dynamodb = boto3.client("dynamodb", config=CONFIG)
bedrock = boto3.client("bedrock-runtime", config=CONFIG)
management = {}

RULES = "\n".join(f"\n[{rule['id']}] {rule['title']}\n{rule['text']}" for rule in BOT["rules"])
SYSTEM = f"{BOT['prompt']}\n\n# Business rules\n<rules>\n{RULES}</rules>\n"
MARKER = re.compile(r"\s*\[([a-z0-9-]+)\]")


def s(text):
    return {"S": text}


def n(number):
    return {"N": str(number)}


def update(user, key, expression, condition, **values):
    names = {f"#{name}": name for name in set(re.findall(r"#(\w+)", expression + (condition or "")))}
    dynamodb.update_item(
        TableName=TABLE, Key={"userId": s(user), "sessionId": s(key)}, UpdateExpression=expression,
        ExpressionAttributeNames=names, ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        ReturnValues="ALL_NEW", **({"ConditionExpression": condition} if condition else {}),
    )


def put(user, key, **item):
    dynamodb.put_item(
        TableName=TABLE, Item={"userId": s(user), "sessionId": s(key), **item},
        ConditionExpression="attribute_not_exists(sessionId)", ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def handle(event, deadline):
    context = event["requestContext"]
    connection, user = context["connectionId"], context["authorizer"]["userId"]
    frame = json.loads(event["body"])
    message, message_id = frame["message"], frame["messageId"]
    endpoint = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{context['apiId']}/{context['stage']}"
    if endpoint not in management:
        management[endpoint] = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=CONFIG)

    def post(**frame):
        management[endpoint].post_to_connection(ConnectionId=connection, Data=json.dumps(frame).encode())

    now = int(time.time() * 1000)
    turn = f"{now:013}{uuid.uuid4().hex[:13]}"
    day = "@" + time.strftime("%Y-%m-%d", time.gmtime(now / 1000))
    lease, expires = n(deadline + 1000), n(now // 1000 + 30 * 86400)

    update(
        user, connection, "SET #busyUntil = :lease, #busyWith = :turn",
        "#chatId = :chat AND (attribute_not_exists(#busyUntil) OR #busyUntil <= :now)",
        lease=lease, turn=s(turn), chat=s(connection), now=n(now),
    )
    update(
        user, day, "SET #nextAllowedAt = :next, #kind = :kind, #expiresAt = :expires",
        "attribute_not_exists(#nextAllowedAt) OR #nextAllowedAt <= :now",
        next=n(now + 3000), kind=s("usage"), expires=expires, now=n(now),
    )
    put(
        user, f"{connection}!{message_id}", kind=s("turn"), chatId=s(connection), messageId=s(message_id), turnId=s(turn),
        leaseUntil=lease, digest=s(hashlib.sha256(message.encode()).hexdigest()), createdAt=n(now), expiresAt=expires,
    )
    items = dynamodb.query(
        TableName=TABLE, KeyConditionExpression="userId = :pk AND begins_with(sessionId, :prefix)",
        ExpressionAttributeValues={":pk": s(user), ":prefix": s(connection + "#")},
        ScanIndexForward=False, ConsistentRead=True, Limit=24,
    )["Items"]
    history = [
        {"role": "user" if item["role"]["S"] == "customer" else "assistant", "content": [{"text": item["text"]["S"]}]}
        for item in reversed(items)
    ]
    stream = bedrock.converse_stream(
        modelId=BOT["model"]["id"], system=[{"text": SYSTEM}],
        messages=history + [{"role": "user", "content": [{"text": message}]}],
        inferenceConfig={"maxTokens": BOT["model"]["maxTokens"], "temperature": BOT["model"]["temperature"]},
    )["stream"]
    common = {"kind": s("message"), "chatId": s(connection), "turnId": s(turn), "messageId": s(message_id)}
    put(user, f"{connection}#{turn}.0", role=s("customer"), text=s(message), createdAt=n(now), expiresAt=expires, **common)

    text = pending = ""
    seq, posted, usage = 0, 0.0, {}
    for event in stream:
        if "contentBlockDelta" in event:
            part = event["contentBlockDelta"]["delta"]["text"]
            text, pending = text + part, pending + part
            # The first one at once, then no oftener than a reader notices.
            if time.monotonic() - posted >= 0.15 or len(pending) >= 1024:
                post(type="delta", messageId=message_id, seq=seq, text=MARKER.sub("", pending))
                seq, posted, pending = seq + 1, time.monotonic(), ""
        elif "metadata" in event:
            usage = event["metadata"]["usage"]
    if pending:
        post(type="delta", messageId=message_id, seq=seq, text=MARKER.sub("", pending))
    known = {rule["id"]: rule for rule in BOT["rules"]}
    cited = [known[name] for name in dict.fromkeys(MARKER.findall(text)) if name in known]
    citations = [{"id": rule["id"], "title": rule["title"], "file": rule["file"]} for rule in cited]
    text = MARKER.sub("", text)
    put(
        user, f"{connection}#{turn}.1", role=s("bot"), text=s(text), createdAt=n(now), expiresAt=expires,
        citations={"L": [{"M": {name: s(value) for name, value in citation.items()}} for citation in citations]},
        usage={"M": {name: n(usage[name]) for name in ("inputTokens", "outputTokens")}}, **common,
    )
    update(user, connection, "SET #busyUntil = :none", "#busyWith = :turn", none=n(0), turn=s(turn))
    update(
        user, day, "SET #kind = :kind, #expiresAt = :expires ADD #tokens :tokens", None,
        kind=s("usage"), expires=expires, tokens=n(usage["totalTokens"]),
    )
    post(type="done", messageId=message_id, text=text, citations=citations, usage=usage)
    print(json.dumps({"outcome": "answered", "ms": int(time.time() * 1000) - now, "tokens": usage}), flush=True)
    return {"statusCode": 200}


def main():
    api = http.client.HTTPConnection(API)
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        event = api.getresponse()
        body = json.loads(event.read())
        result = handle(body, int(event.headers["Lambda-Runtime-Deadline-Ms"]))
        path = f"/2018-06-01/runtime/invocation/{event.headers['Lambda-Runtime-Aws-Request-Id']}/response"
        api.request("POST", path, json.dumps(result))
        api.getresponse().read()


if __name__ == "__main__":
    main()
