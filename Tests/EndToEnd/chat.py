"""The bot as a client of another make sees it: PyPI's `websockets`."""

import json
import uuid

from websockets.sync.client import connect


class Chat:
    def __init__(self, url, **query):
        pairs = "&".join(f"{name}={value}" for name, value in query.items())
        self.connection = connect(url + ("?" + pairs if pairs else ""), open_timeout=20, close_timeout=5)

    def __enter__(self):
        self.socket = self.connection.__enter__()
        return self

    def __exit__(self, *error):
        self.connection.__exit__(*error)

    def send(self, **frame):
        self.socket.send(json.dumps(frame))

    def receive(self, timeout=30):
        return json.loads(self.socket.recv(timeout=timeout))

    def hello(self, **frame):
        self.send(action="hello", **frame)
        welcome = self.receive()
        assert welcome["type"] == "welcome", welcome
        return welcome

    def ask(self, message, message_id=None, timeout=30):
        """Sends one message; returns its deltas and its terminal frame (`done` or `error`)."""
        message_id = message_id or uuid.uuid4().hex
        self.send(action="sendMessage", message=message, messageId=message_id)
        deltas = []
        while True:
            frame = self.receive(timeout)
            if frame["type"] == "delta":
                assert frame["messageId"] == message_id and frame["seq"] == len(deltas), frame
                deltas.append(frame)
            else:
                return deltas, frame
