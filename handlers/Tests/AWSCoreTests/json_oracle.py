"""For each document of standard input (JSON lines of base 64): whether Python's json takes it, and as what."""

import base64
import json
import math
import sys


def refuse(_):
    raise ValueError("not JSON")


def finite(text):
    number = float(text)
    if math.isinf(number):
        raise ValueError("out of range")
    return number


def integer(text):
    number = int(text)
    return number if -(2**63) <= number < 2**63 else finite(text)


for line in sys.stdin:
    try:
        text = base64.b64decode(json.loads(line)).decode("utf-8")
        value = json.loads(text, parse_constant=refuse, parse_float=finite, parse_int=integer)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        encoded = again.encode("utf-8", "surrogatepass")
        print(json.dumps({"ok": True, "text": base64.b64encode(encoded).decode()}))
    except (ValueError, RecursionError):
        print(json.dumps({"ok": False}))
