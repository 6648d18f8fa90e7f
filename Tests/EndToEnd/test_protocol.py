"""The protocol's JSON Schema, held against the frames that all clients are tested with."""

import json
import subprocess

import jsonschema
import pytest
from conftest import ROOT, base_environment

SCHEMA = json.loads((ROOT / "docs/protocol.schema.json").read_text())
VECTORS = json.loads((ROOT / "Tests/Protocol/vectors.json").read_text())


def validator(name):
    return jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{name}"}]})


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("side", ["client", "server"])
def test_the_schema_takes_the_frames(side):
    for vector in VECTORS[side]["valid"]:
        assert json.loads(vector["text"]) == vector["frame"], vector["name"]
        validator(side + "Frame").validate(vector["frame"])
        jsonschema.Draft202012Validator(SCHEMA).validate(vector["frame"])


def test_the_schema_refuses_what_the_bot_refuses():
    schema = validator("clientFrame")
    for vector in VECTORS["client"]["invalid"]:
        assert not schema.is_valid(vector["frame"]), vector["name"]


def test_the_schema_refuses_what_clients_cannot_read():
    schema, read = validator("serverFrame"), 0
    for text in VECTORS["server"]["malformed"] + VECTORS["server"]["unknown"]:
        try:
            frame = json.loads(text)
        except ValueError:
            continue
        assert not schema.is_valid(frame), text
        read += 1
    assert read > 10


def test_every_frame_of_the_schema_has_a_vector():
    for side, key in (("client", "action"), ("server", "type")):
        known = {frame["properties"][key]["const"] for frame in SCHEMA["$defs"][side + "Frame"]["oneOf"]}
        assert known == {vector["frame"][key] for vector in VECTORS[side]["valid"]}


def test_the_javascript_client_under_node(deployed):
    url = deployed.ok("outputs", "--json").json["outputs"]["chatUrl"]
    question = "How many days do I have to return an item?"
    command = ["node", str(ROOT / "Tests/Web/support/talk.mjs"), url, question]
    run = subprocess.run(command, env=base_environment(), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    answer = told["answer"]
    assert "".join(told["parts"]) == answer["text"] and answer["citations"]
    assert told["history"] == [["customer", question], ["bot", answer["text"]]]
    assert told["repeated"]["text"] == answer["text"] and told["isSameChat"]
    assert told["rated"]["rating"] == "up" and told["refusal"] == "unknown_message"
    assert told["handoff"] == "A colleague will get back to you."
