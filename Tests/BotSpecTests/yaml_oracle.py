"""Parses YAML with PyYAML's own scanner, which is not libyaml, and the core schema of YAML 1.2.2.

Standard input: one document per line, in hexadecimal. Standard output: a line for each, "refused" or the tree in the
notation that YAMLOracleTests.swift writes too: every node with its line and column.
"""

import copy
import math
import re
import struct
import sys

import yaml


class Core(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def compose_node(self, parent, index):
        if not self.check_event(yaml.AliasEvent):
            return super().compose_node(parent, index)
        mark = self.peek_event().start_mark
        node = copy.copy(super().compose_node(parent, index))
        node.start_mark = mark
        return node


def resolver(tag, pattern, first):
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(?:" + pattern + ")$"), first)


# YAML 1.2.2, section 10.3.2, and the merge key of https://yaml.org/type/merge.html.
resolver("null", r"null|Null|NULL|~|", ["n", "N", "~", ""])
resolver("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF"))
resolver("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789"))
resolver("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789"))
resolver("float", r"[-+]?(?:\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN", list("-+."))
resolver("merge", r"<<", ["<"])


class Refused(Exception):
    pass


def place(node):
    return "@%d:%d" % (node.start_mark.line + 1, node.start_mark.column + 1)


def number(value):
    return "f:nan" if math.isnan(value) else "f:" + struct.pack(">d", value).hex()


def integer(text):
    if text[:2] in ("0o", "0x"):
        return int(text[2:], 8 if text[1] == "o" else 16)
    return int(text)


def scalar(node):
    tag = node.tag.removeprefix("tag:yaml.org,2002:")
    text = node.value
    if tag == "null":
        return "n"
    if tag == "bool":
        return "b:" + str(int(text.lower() == "true"))
    if tag == "int":
        value = integer(text)
        if -(2**63) <= value < 2**63:
            return "i:%d" % value
        return number(math.inf if text[:2] in ("0o", "0x") else float(value))
    if tag == "float":
        lowered = text.lower()
        if lowered.endswith("inf"):
            return number(-math.inf if lowered[0] == "-" else math.inf)
        return number(math.nan if lowered == ".nan" else float(text))
    if tag in ("str", "merge"):
        return "s:" + text.encode().hex()
    raise Refused(node.tag)


def entries(node, depth):
    """Own entries, then what merge keys add."""
    own, merged = {}, []
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or scalar(key) == "n":
            raise Refused("key")
        if key.tag == "tag:yaml.org,2002:merge":
            stack = [value]
            while stack:
                item = stack.pop()
                if isinstance(item, yaml.SequenceNode):
                    stack.extend(reversed(item.value))
                elif isinstance(item, yaml.MappingNode):
                    merged.append(entries(item, depth + 1))
                else:
                    raise Refused("merge")
            continue
        if key.value in own:
            raise Refused("duplicate")
        own[key.value] = (key, value)
    for more in merged:
        for name, entry in more.items():
            own.setdefault(name, entry)
    return own


def tree(node, depth=1):
    if depth > 60:
        raise Refused("depth")
    if isinstance(node, yaml.ScalarNode):
        return "n" if scalar(node) == "n" else scalar(node) + place(node)
    if isinstance(node, yaml.SequenceNode):
        return "[" + ",".join(tree(item, depth + 1) for item in node.value) + "]" + place(node)
    parts = sorted(
        name.encode().hex() + place(key) + "=" + tree(value, depth + 1)
        for name, (key, value) in entries(node, depth).items()
    )
    return "{" + ",".join(parts) + "}" + place(node)


def answer(document):
    try:
        node = Core(document).get_single_node()
        return tree(node) if node is not None else "empty"
    except (yaml.YAMLError, Refused, RecursionError, ValueError, UnicodeError):
        return "refused"


for line in sys.stdin:
    print(answer(bytes.fromhex(line.strip())))
