"""For each line of standard input (base 64 of bytes): the event-stream messages that botocore reads in them."""

import base64
import json
import sys
from struct import error as StructError

from botocore.eventstream import EventStreamBuffer, ParserError


def plain(value):
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    return value


for line in sys.stdin:
    buffer = EventStreamBuffer()
    messages = []
    failed = False
    try:
        buffer.add_data(base64.b64decode(json.loads(line)))
        for message in buffer:
            headers = {name: plain(value) for name, value in message.headers.items()}
            messages.append({"headers": headers, "payload": base64.b64encode(message.payload).decode()})
    except (ParserError, StructError, KeyError, UnicodeDecodeError):
        failed = True
    print(json.dumps({"messages": messages, "failed": failed}))
