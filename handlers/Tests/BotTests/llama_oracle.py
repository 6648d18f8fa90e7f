"""Llama 3.3's chat template and the tokens that it is made of, for each conversation of standard input (JSON lines):
renders it, takes the text apart as the tokenizer would, and says which turns a model sees.

The template is the text part of the one in the model's tokenizer_config.json (system first, every content stripped,
an open assistant header at the end); the tokens are the special ones of its tokenizer.json.
"""

import json
import re
import sys

NAMES = ["begin_of_text", "end_of_text", "finetune_right_pad_id", "step_id", "start_header_id", "end_header_id",
         "eom_id", "eot_id", "python_tag", "image"] + [f"reserved_special_token_{number}" for number in range(256)]
SPECIAL = re.compile("(" + "|".join(re.escape(f"<|{name}|>") for name in NAMES) + ")")


def turn(role, content):
    return f"<|start_header_id|>{role}<|end_header_id|>\n\n{content.strip()}<|eot_id|>"


def render(system, messages):
    text = "<|begin_of_text|>" + turn("system", "Cutting Knowledge Date: December 2023\n\n" + system)
    for message in messages:
        text += turn(message["role"], message["text"])
    return text + "<|start_header_id|>assistant<|end_header_id|>\n\n"


def read(text):
    """The turns between the tokens; None where they do not make a conversation."""
    parts = SPECIAL.split(text)
    if parts[:2] != ["", "<|begin_of_text|>"]:
        return None
    turns, rest = [], parts[2:]
    while rest:
        if rest[0] != "" or rest[1] != "<|start_header_id|>" or rest[3] != "<|end_header_id|>":
            return None
        turns.append([rest[2], rest[4]])
        if len(rest) == 5:
            return turns
        if rest[5] != "<|eot_id|>":
            return None
        rest = rest[6:]
    return None


for line in sys.stdin:
    conversation = json.loads(line)
    turns = read(render(conversation["system"], conversation["messages"]))
    expected = ["system"] + [message["role"] for message in conversation["messages"]] + ["assistant"]
    is_same = turns is not None and [role for role, _ in turns] == expected and all(
        text == "\n\n" + message["text"].strip() for (_, text), message in zip(turns[1:], conversation["messages"])
    )
    print(json.dumps({"turns": turns and [role for role, _ in turns], "same": is_same}))
