"""A bot's WebSocket for the chat's tests, by the `websockets` package. Prints its port, ends with its stdin.

It remembers replies by messageId, as the bot does, and drops the connection in the middle of the first reply to
a message that says "drop". A token other than "good" is refused; a visitor without one gets it.
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve

stored = {}
chats = 0


def token(request):
    return parse_qs(urlsplit(request.path).query).get("token", [None])[0]


def gate(connection, request):
    if token(request) not in (None, "good"):
        return connection.respond(403, '{"message":"Forbidden"}')
    return None


async def handler(connection):
    global chats

    async def send(**frame):
        await connection.send(json.dumps(frame))

    async for text in connection:
        frame = json.loads(text)
        action = frame["action"]
        if action == "hello":
            chats += 1
            chat = frame.get("chatId") or f"chat{chats}="
            new = None if token(connection.request) else "good"
            await send(type="welcome", chatId=chat, history=[], **({"token": new} if new else {}))
        elif action == "ping":
            await send(type="pong")
        elif action == "sendMessage":
            message, id = frame["message"], frame["messageId"]
            if message == "fail":
                await send(type="error", code="model_busy", message="Too many requests.", messageId=id, retryAfter=2)
                continue
            seen = id in stored
            stored.setdefault(id, f"You said: {message}")
            if not seen:
                for seq, part in enumerate(["You ", "said: "]):
                    await send(type="delta", messageId=id, seq=seq, text=part)
                if message == "drop":
                    connection.transport.abort()
                    return
                await send(type="delta", messageId=id, seq=2, text=message)
            await send(type="novelty", messageId=id)
            cited = [{"id": "returns-1", "title": "Returns", "file": "rules/returns.md"}]
            usage = {"inputTokens": 7, "outputTokens": 3}
            await send(type="done", messageId=id, text=stored[id], citations=cited, usage=usage)


async def main():
    async with serve(handler, "127.0.0.1", 0, process_request=gate) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
