"""Customers who talk to the bot over connections that break, and keep to the protocol (docs/protocol.md)."""

import asyncio
import base64
import collections
import hashlib
import hmac
import json
import random
import time

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

QUESTIONS = [
    "How many days do I have to return an item?", "Do you ship to Canada?", "Can I cancel my order?",
    "What does delivery cost?", "How long does a refund take?", "Is my warranty still valid?",
    "Which ways to pay do you take?", "My parcel arrived damaged, what now?", "Can I change the address?",
    "Do you price match?", "When do you call back?", "How do I reach a person?",
]

# Sockets that are cut during a turn, by share of the turns.
CUT = 0.12
# Longer than any turn may take: whoever waits that long was left without an answer.
SILENCE = 90
# What a client gives up after; nothing here comes near it.
ATTEMPTS = 60


def visitor_token(key, user):
    """As `hello` makes it, for a user id that the seed decides."""
    def b64(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    now = int(time.time())
    head = "v1." + b64(json.dumps({"u": user, "iat": now, "exp": now + 86400}).encode())
    return head + "." + b64(hmac.new(key, head.encode(), hashlib.sha256).digest())


class Cut(Exception):
    """The socket is gone, by our own hand or by another's."""


class Customer:
    def __init__(self, number, seed, url, key, messages, turns_at_once):
        self.name = f"c{number:03}"
        self.random = random.Random(f"{seed} {self.name}")
        self.user = "v_" + base64.urlsafe_b64encode(self.random.randbytes(16)).rstrip(b"=").decode()
        self.url, self.token, self.slots = url, visitor_token(key, self.user), turns_at_once
        self.socket = self.chat = None
        self.texts = {f"{self.name}-m{k:02}": f"{self.random.choice(QUESTIONS)} ({self.name}-m{k:02})" for k in range(messages)}
        self.done, self.errors, self.complaints = {}, collections.defaultdict(list), []
        self.counts = collections.Counter()

    def complain(self, text):
        self.complaints.append(f"{self.name}: {text}")

    async def talk(self):
        for message in self.texts:
            await self.ask(message)
        await self.socket.close()

    def cut(self):
        """Without a closing handshake, as when a train enters a tunnel."""
        if self.socket:
            self.socket.transport.abort()
        self.socket = None

    async def ask(self, message):
        """Sends one message until its `done` is here."""
        cut_after = self.random.choice(["sent", "first", "some", "done"]) if self.random.random() < CUT else None
        for _ in range(ATTEMPTS):
            try:
                async with self.slots:
                    await self.ensure_connected()
                    frame = await self.turn(message, cut_after)
            except Cut:
                cut_after = None
                self.cut()
                continue
            if frame["type"] == "done":
                return
            cut_after = None
            self.counts[frame.get("code", "gateway")] += 1
            self.errors[message].append(frame)
            await asyncio.sleep(frame.get("retryAfter") or self.random.uniform(0.1, 0.5))
        self.complain(f"{message}: no reply after {ATTEMPTS} attempts: {self.errors[message][-3:]}")

    async def ensure_connected(self):
        for _ in range(ATTEMPTS):
            if self.socket:
                return
            try:
                socket = await connect(f"{self.url}?token={self.token}", open_timeout=SILENCE, ping_interval=None, compression=None, proxy=None)
            except (InvalidHandshake, OSError):
                self.counts["connect refused"] += 1
                await asyncio.sleep(self.random.uniform(0.1, 0.5))
                continue
            self.socket = socket
            try:
                await self.send(action="hello", **({"chatId": self.chat} if self.chat else {}))
                frame = await self.receive()
            except Cut:
                self.cut()
                continue
            if frame["type"] != "welcome":
                self.counts["hello " + frame.get("code", "gateway")] += 1
                self.cut()
                await asyncio.sleep(frame.get("retryAfter") or self.random.uniform(0.1, 0.5))
                continue
            self.welcomed(frame)
            return
        raise AssertionError(f"{self.name}: no connection after {ATTEMPTS} attempts")

    def welcomed(self, frame):
        self.counts["connections"] += 1
        self.token = frame["token"]
        if self.chat is None:
            self.chat = frame["chatId"]
        elif frame["chatId"] != self.chat:
            self.complain(f"was in chat {self.chat}, is in {frame['chatId']}")
        # The tail of the history holds what this client knows, each once, and nobody else's.
        replies = [entry for entry in frame["history"] if entry["role"] == "bot"]
        ids = [entry["messageId"] for entry in replies]
        if len(set(ids)) != len(ids) or not set(ids) <= set(self.texts):
            self.complain(f"history of {ids}")
        for entry in replies:
            known = self.done.get(entry["messageId"])
            if known and known["text"] != entry["text"]:
                self.complain(f"{entry['messageId']}: another reply in the history")
        recent = list(self.done)[-5:]
        if not set(recent) <= set(ids):
            self.complain(f"history lacks one of {recent}: {ids}")

    async def turn(self, message, cut_after):
        """The terminal frame of one attempt."""
        await self.send(action="sendMessage", message=self.texts[message], messageId=message)
        self.counts["sent"] += 1
        if cut_after == "sent":
            raise self.own_cut()
        deltas = []
        while True:
            frame = await self.receive()
            kind = frame["type"]
            if kind == "delta":
                if frame["messageId"] != message:
                    self.complain(f"{message}: a delta of {frame['messageId']}")
                elif frame["seq"] == len(deltas):
                    deltas.append(frame["text"])
                elif frame["seq"] > len(deltas) or deltas[frame["seq"]] != frame["text"]:
                    self.complain(f"{message}: delta {frame['seq']} after {len(deltas)}")
                if cut_after == "first" or (cut_after == "some" and len(deltas) > 2):
                    raise self.own_cut()
                continue
            if kind == "gateway":
                return frame
            if frame.get("messageId") != message:
                # A post whose answer was lost is made again.
                if kind == "done" and self.done.get(frame["messageId"], {}).get("text") == frame["text"]:
                    continue
                self.complain(f"{message}: a terminal frame of another one: {frame}")
                continue
            if kind == "done":
                known = self.done.setdefault(message, frame)
                if (known["text"], known["citations"]) != (frame["text"], frame["citations"]):
                    self.complain(f"{message}: two different replies")
                if cut_after in ("done", "some"):
                    # As if it had not arrived: it is asked for again, and must be the same.
                    raise self.own_cut()
            elif kind != "error":
                self.complain(f"{message}: {frame}")
            return frame

    def own_cut(self):
        self.counts["cut"] += 1
        return Cut()

    async def send(self, **frame):
        try:
            await self.socket.send(json.dumps(frame))
        except (ConnectionClosed, AttributeError):
            raise Cut() from None

    async def receive(self):
        socket = self.socket
        try:
            if socket is None:
                raise Cut()
            frame = json.loads(await asyncio.wait_for(socket.recv(), SILENCE))
        except ConnectionClosed:
            raise Cut() from None
        except asyncio.TimeoutError:
            self.complain(f"nothing was heard for {SILENCE} s")
            raise Cut() from None
        # What the gateway says itself, about a function that is throttled or has died, has no type.
        return frame if "type" in frame else {"type": "gateway", "said": frame}
