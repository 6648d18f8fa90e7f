"""A bot that says what its script says, on the real wire, for what a deployed one shows only by chance."""

import json
import threading
import time

from websockets.sync.server import serve

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SOURCE = [{"id": "returns-1", "title": "Returns › How long", "file": "rules/returns.md"}]
HOSTILE = (
    "<img src=x onerror=\"hacked=1\"><script>hacked=1</script> [a bank](https://evil.example/login) "
    "[click](javascript:hacked=1) javascript:hacked=1 https://bank.example@evil.example/x data:text/html,x "
    "https://shop.example/returns?a=1&b=2. <a href='https://evil.example'>x</a>"
)


class ScriptedBot:
    """`replies` maps a message to what is said to it: a list of parts, or an error's code (once);
    `confirmations` to the call that waits with it. What is confirmed is the message `confirm`. `step` is the time between
    the parts; so many messages as `drops` says are met by the end of the connection."""

    def __init__(self, step=0.01):
        self.step, self.replies, self.history, self.received, self.tokens = step, {}, {}, [], []
        self.confirmations, self.drops = {}, 0
        self.handoff = "A colleague will get back to you."
        self.server = serve(self.talk, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/dev"
        self.origin = self.url.removesuffix("/dev")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()

    def remember(self, chat, message_id, question, answer, citations=()):
        log = self.history.setdefault(chat, [])
        for role, text in (("customer", question), ("bot", answer)):
            number = len(log)
            log.append({
                "id": f"01HZZZZZZZZZZZZZZZZZZZZZ{ALPHABET[number >> 5]}{ALPHABET[number & 31]}.{number & 1}",
                "messageId": message_id, "role": role, "text": text, "createdAt": 1_800_000_000_000 + number,
                "citations": list(citations) if role == "bot" else [],
            })

    def talk(self, connection):
        def say(**frame):
            connection.send(json.dumps(frame))

        self.tokens.append(connection.request.path.partition("token=")[2])
        chat = f"chat-{len(self.tokens)}"
        for text in connection:
            frame = json.loads(text)
            self.received.append(frame)
            match frame["action"]:
                case "hello":
                    if frame.get("chatId") in self.history:
                        chat = frame["chatId"]
                    log = self.history.setdefault(chat, [])
                    say(type="welcome", chatId=chat, token=f"token-{len(self.tokens)}", history=log[-20:])
                case "sendMessage" if self.drops > 0:
                    self.drops -= 1
                    connection.close(1011)
                    return
                case "sendMessage":
                    self.answer(say, chat, frame)
                case "history":
                    log = [m for m in self.history[chat] if m["id"] < frame.get("before", "Z")]
                    more = {"before": log[-20]["id"]} if len(log) > 20 else {}
                    say(type="history", messages=log[-20:], **more)
                case "feedback":
                    say(type="feedback", messageId=frame["messageId"], rating=frame["rating"])
                case "handoff":
                    if self.handoff:
                        say(type="handoff", message=self.handoff)
                    else:
                        say(type="error", code="handoff_unavailable", message="Nobody can take over this chat.")
                case "ping":
                    say(type="pong")

    def answer(self, say, chat, frame):
        message = frame.get("message", "confirm")
        usual = ["confirmed ", frame["confirm"]] if "confirm" in frame else ["You ", "said: ", message]
        reply = self.replies.get(message, usual)
        if isinstance(reply, str):
            self.replies.pop(message)
            say(type="error", code=reply, message="There are too many requests right now.", messageId=frame["messageId"])
            return
        for sequence, part in enumerate(reply):
            say(type="delta", messageId=frame["messageId"], seq=sequence, text=part)
            time.sleep(self.step)
        text = "".join(reply)
        sources = SOURCE if "30" in text else []
        self.remember(chat, frame["messageId"], message, text, sources)
        confirmation = {"confirmation": self.confirmations[message]} if message in self.confirmations else {}
        say(type="done", messageId=frame["messageId"], text=text, citations=sources, **confirmation)
