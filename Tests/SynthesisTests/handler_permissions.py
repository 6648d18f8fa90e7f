"""Prints `type<TAB>handler<TAB>permissions` for each resource type of the bots' templates, from the resource schemas
that cfn-lint ships: what AWS says that CloudFormation calls, for whatever property."""

import json
import pathlib
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

root = pathlib.Path(sys.argv[1])
types = set()
for path in (root / "Tests/SynthesisTests/Goldens").glob("*.template.json"):
    if not path.name.startswith("ci-"):
        types |= {resource["Type"] for resource in json.loads(path.read_text())["Resources"].values()}
for name in sorted(types):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    for handler, content in schema["handlers"].items():
        print(name, handler, " ".join(sorted(content["permissions"])), sep="\t")
