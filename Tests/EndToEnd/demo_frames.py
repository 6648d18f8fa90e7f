"""Prints the frames of one turn as they come, with the milliseconds since the question: a URL, a question."""

import asyncio
import json
import sys
import time

from websockets.asyncio.client import connect


async def main(url, question):
    async with connect(url) as socket:
        await socket.send(json.dumps({"action": "hello"}))
        while json.loads(await socket.recv())["type"] != "welcome":
            pass
        await socket.send(json.dumps({"action": "sendMessage", "message": question, "messageId": "demo-1"}))
        began, deltas = time.monotonic(), 0
        while True:
            frame = json.loads(await socket.recv())
            elapsed = (time.monotonic() - began) * 1000
            if frame["type"] == "delta":
                deltas += 1
                if deltas <= 3:
                    print(f"{elapsed:6.0f} ms  delta {frame['seq']}  {frame['text']!r:.70}")
            elif frame["type"] == "done":
                cited = ", ".join(f"{rule['id']} ({rule['file']})" for rule in frame["citations"])
                print(f"{elapsed:6.0f} ms  done     after {deltas} deltas; cites {cited}")
                return 0 if deltas and cited else 1
            elif frame["type"] == "error":
                print(f"{elapsed:6.0f} ms  error    {frame['code']}: {frame['message']}")
                return 1


sys.exit(asyncio.run(main(*sys.argv[1:])))
