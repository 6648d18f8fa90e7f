"""How Python's expat reads XML: a JSON list of documents in, a list of trees (or null where malformed) out.

A tree is {"name", "text", "children"}: local names, all character data directly inside an element joined.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree


def tree(element):
    return {
        "name": element.tag.rpartition("}")[2],
        "text": (element.text or "") + "".join(child.tail or "" for child in element),
        "children": [tree(child) for child in element],
    }


def read(text):
    try:
        return tree(ElementTree.fromstring(text.encode()))
    except (ElementTree.ParseError, LookupError, ValueError):  # the latter two: of an unknown encoding
        return None


json.dump([read(document) for document in json.load(sys.stdin)], sys.stdout)
