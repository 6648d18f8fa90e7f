"""A proxy between the functions and AWS that breaks things on purpose and watches what passes.

    functions ──▶ proxy ──▶ DynamoDB                  throttled, answers lost
                     ├────▶ @connections              410
                     └────▶ Bedrock (which has faults of its own)

What happens to a request follows from the seed, what the request is about and how often the like of it came
before, so the same seed gives the same faults in whatever order requests arrive.
"""

import asyncio
import collections
import hashlib
import json
import urllib.parse

from botocore.eventstream import EventStreamBuffer

# Shares of the requests.
DYNAMODB_THROTTLED = 0.08
DYNAMODB_ANSWER_LOST = 0.01
CONNECTION_GONE = 0.01


class Dice:
    """Numbers from 0 to 1, each a pure function of the seed, a name and how often the name was asked for."""

    def __init__(self, seed):
        self.seed, self.counts = seed, collections.Counter()

    def roll(self, name):
        count = self.counts[name]
        self.counts[name] += 1
        return count, self.at(name, count)

    def at(self, name, count):
        digest = hashlib.sha256(f"{self.seed} {count} {name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64


def table_call(target, body):
    """What a DynamoDB call is about, without the ids that differ from run to run; and the message it stores."""
    action = target.rpartition(".")[2]
    keys = body.get("Key") or body.get("Item") or {}
    values = body.get("ExpressionAttributeValues") or {}
    user = (keys.get("userId") or values.get(":pk") or {}).get("S", "")
    sort = (keys.get("sessionId") or values.get(":prefix") or {}).get("S", "")
    message = body.get("Item", {}).get("messageId", {}).get("S", "")
    if sort.startswith("@"):
        subject = "usage"
    elif "!" in sort:
        subject = "turn " + sort.partition("!")[2]
    elif "#" in sort:
        subject = f"message {message} {sort[-1] if sort[-2:-1] == '.' else ''}"
    else:
        subject = "session"
    return f"{action} {user} {subject}", message if subject.startswith("message") and sort.endswith(".1") else None


class Seen:
    """What passed, for the audit afterwards."""

    def __init__(self):
        # By the customer's last message: the conversations that the model was asked with, and its whole answers.
        self.conversations = collections.defaultdict(list)
        self.answers = collections.defaultdict(list)
        # By messageId: frames posted, refused puts of the reply.
        self.frames = collections.defaultdict(list)
        self.refused_replies = collections.Counter()
        self.faults = collections.Counter()
        self.requests = collections.Counter()


class Proxy:
    def __init__(self, seed, aws, connections, bedrock, on_gone):
        """`aws`, `connections` and `bedrock` are the (host, port) behind.

        `on_gone` hears of the messageId whose frame met a 410.
        """
        self.dice, self.on_gone = Dice(seed), on_gone
        self.aws, self.connections, self.bedrock = aws, connections, bedrock
        self.seen, self.gone, self.tasks = Seen(), set(), set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        upstreams = {}
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                line, headers = parse(head)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                path = urllib.parse.unquote(line.split(" ")[1])
                if path.startswith("/model/"):
                    await self.relay_model(reader, writer, head, body, line)
                    return
                verdict = self.verdict(path, headers, body)
                if isinstance(verdict, bytes):
                    writer.write(verdict)
                    continue
                upstream = self.connections if "/@connections/" in path else self.aws
                answer = await exchange(upstreams, upstream, head + body)
                if verdict == "lost":
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.tasks.discard(task)
            writer.transport.abort()
            for _, upstream in upstreams.values():
                upstream.transport.abort()

    def verdict(self, path, headers, body):
        """An answer to give instead, `lost`, or nothing."""
        if "/@connections/" in path:
            return self.connection_verdict(path.rpartition("/")[2], json.loads(body))
        target = headers.get("x-amz-target", "")
        if not target.startswith("DynamoDB"):
            return None
        self.seen.requests["dynamodb"] += 1
        name, reply = table_call(target, json.loads(body))
        count, roll = self.dice.roll(name)
        if roll < DYNAMODB_THROTTLED:
            self.seen.faults["dynamodb throttled"] += 1
            if reply:
                self.seen.refused_replies[reply] += 1
            kind = ("ProvisionedThroughputExceededException", "ThrottlingException")[count % 2]
            error = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "Slow down."}
            return response("400 Bad Request", error, "application/x-amz-json-1.0")
        if roll < DYNAMODB_THROTTLED + DYNAMODB_ANSWER_LOST:
            self.seen.faults["dynamodb answer lost"] += 1
            return "lost"
        return None

    def connection_verdict(self, connection, frame):
        self.seen.requests["@connections"] += 1
        message = frame.get("messageId")
        gone = connection in self.gone
        if message and not gone:
            _, roll = self.dice.roll(f"post {message} {frame['type']} {frame.get('seq', '')}")
            gone = roll < CONNECTION_GONE
        if gone:
            self.seen.faults["@connections 410"] += 1
            self.gone.add(connection)
            if message:
                self.on_gone(message)
            return response("410 Gone", {"message": "GoneException"}, "application/json", "x-amzn-ErrorType: GoneException\r\n")
        if message:
            self.seen.frames[message].append(frame)
        return None

    async def relay_model(self, reader, writer, head, body, line):
        """One call of the model, byte by byte as it comes, on a connection of its own."""
        messages = json.loads(body)["messages"]
        texts = [(message["role"], message["content"][0]["text"]) for message in messages]
        self.seen.conversations[texts[-1][1]].append(texts)
        self.seen.requests["bedrock"] += 1
        upstream_reader, upstream = await asyncio.open_connection(*self.bedrock)
        answer = b""
        try:
            upstream.write(head + body)
            while True:
                try:
                    chunk = await asyncio.wait_for(upstream_reader.read(1 << 16), 0.5)
                except asyncio.TimeoutError:
                    if reader.at_eof():
                        return
                    continue
                if not chunk:
                    return
                answer += chunk
                # Noted before it is passed on: the bot may act on it at once.
                whole = complete(answer)
                if whole:
                    text = model_text(line, answer)
                    if text is not None:
                        self.seen.answers[texts[-1][1]].append(text)
                    elif not answer.startswith(b"HTTP/1.1 200"):
                        self.seen.faults["bedrock " + answer[9:12].decode()] += 1
                    else:
                        self.seen.faults["bedrock broken 200"] += 1
                writer.write(answer[-len(chunk):])
                await writer.drain()
                if whole:
                    return
        finally:
            if not complete(answer):
                self.seen.faults["bedrock given up"] += 1
            upstream.transport.abort()
            try:
                writer.write_eof()
                await writer.drain()
            except (OSError, RuntimeError):
                pass


def parse(head):
    line, *fields = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    return line, {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}


def response(status, body, content_type, more=""):
    text = json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{more}Content-Length: {len(text)}\r\n\r\n".encode() + text


async def exchange(upstreams, address, request):
    """A whole answer, on a connection that is kept."""
    for attempt in (0, 1):
        kept = upstreams.pop(address, None)
        reader, writer = kept or await asyncio.open_connection(*address, limit=1 << 20)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.transport.abort()
            # The server had closed a connection that was idle.
            if kept and attempt == 0:
                continue
            raise
        line, headers = parse(head)
        body = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() != "close":
            upstreams[address] = (reader, writer)
        return head + body


def complete(answer):
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    headers = parse(head)[1]
    if "content-length" in headers:
        return len(body) >= int(headers["content-length"])
    return body.endswith(b"0\r\n\r\n")


def model_text(line, answer):
    """The reply in a whole answer, decoded by botocore; `None` when there is no whole reply in it."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        return None
    try:
        if not line.split(" ")[1].endswith("/converse-stream"):
            return json.loads(body)["output"]["message"]["content"][0]["text"]
        buffer, text, stopped = EventStreamBuffer(), "", False
        buffer.add_data(dechunked(body))
        for event in buffer:
            payload = json.loads(event.payload)
            if event.headers.get(":message-type") != "event":
                return None
            text += payload.get("delta", {}).get("text", "")
            stopped = stopped or event.headers[":event-type"] == "messageStop"
        return text if stopped else None
    except Exception:
        # Whatever botocore makes of garbage.
        return None


def dechunked(body):
    data = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        count = int(size, 16)
        data, body = data + body[:count], body[count + 2 :]
    return data
