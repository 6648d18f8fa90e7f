"""A proxy between botctl and AWS that breaks what passes: throttles, fails, cuts, delays, and has another clock.

What happens to a request follows from the seed and from how many came before it; botctl makes its calls one after the
other, so the same seed breaks the same calls.
"""

import asyncio
import collections
import email.utils
import threading
import time

from faults import Dice, exchange, parse, response

FAULTS = ("throttle", "error", "reset", "lost", "truncate", "delay", "skew")


class FaultyAWS:
    """Serves in a thread of its own; breaks nothing until `share` says so."""

    def __init__(self, aws):
        self.aws, self.dice, self.share = aws, Dice(0), 0.0
        self.seen = collections.Counter()
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)

        async def start():
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 26)
            self.port = self.server.sockets[0].getsockname()[1]
            ready.set()

        self.loop.run_until_complete(start())
        self.loop.run_forever()
        self.server.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def breaks(self, seed, share):
        self.dice, self.share = Dice(seed), share

    async def serve(self, reader, writer):
        upstreams = {}
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                line, headers = parse(head)
                if "100-continue" in headers.get("expect", "").lower():
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                fault = self.fault()
                answer = None
                if fault == "reset":
                    return
                if fault in ("throttle", "error", "skew"):
                    answer = self.refusal(fault, headers)
                else:
                    method = line.split(" ")[0]
                    answer = await (
                        self.head_of(head) if method == "HEAD" else exchange(upstreams, self.aws, head + body)
                    )
                if fault == "lost":
                    return
                if fault == "truncate":
                    writer.write(answer[: len(answer) * 2 // 3])
                    await writer.drain()
                    return
                if fault == "delay":
                    await asyncio.sleep(0.3)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()
            for _, upstream in upstreams.values():
                upstream.transport.abort()

    async def head_of(self, head):
        """An answer without a body, whatever its length says."""
        reader, upstream = await asyncio.open_connection(*self.aws)
        try:
            upstream.write(head)
            return await reader.readuntil(b"\r\n\r\n")
        finally:
            upstream.transport.abort()

    def fault(self):
        _, roll = self.dice.roll("request")
        if roll >= self.share:
            return None
        fault = FAULTS[int(roll / self.share * len(FAULTS))]
        self.seen[fault] += 1
        return fault

    @staticmethod
    def refusal(fault, headers):
        is_json = "x-amz-target" in headers
        status, code = {
            "throttle": ("400 Bad Request", "Throttling" if not is_json else "ThrottlingException"),
            "error": ("500 Internal Server Error", "InternalFailure"),
            "skew": ("403 Forbidden", "RequestTimeTooSkewed"),
        }[fault]
        # By its own clock AWS is right: the client signs anew for that time, and hears of the truth by the next answer.
        date = email.utils.formatdate(time.time() + (900 if fault == "skew" else 0), usegmt=True)
        more = f"Date: {date}\r\n"
        if is_json:
            return response(status, {"__type": code, "message": "broken on purpose"}, "application/x-amz-json-1.1", more)
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>broken on purpose</Message></Error></ErrorResponse>"
        return (
            f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\n{more}Content-Length: {len(text)}\r\n\r\n{text}".encode()
        )
