"""Prints `type<TAB>create-only properties` for each resource type of the repository's templates, from the resource
schemas that cfn-lint ships. Properties that force a replacement under conditions count."""

import json
import pathlib
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

root = pathlib.Path(sys.argv[1])
types = set()
for folder in ("Tests/SynthesisTests/Goldens", "stacks"):
    for path in (root / folder).glob("*.template.json"):
        for resource in json.loads(path.read_text())["Resources"].values():
            types.add(resource["Type"])
for name in sorted(types):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    print(name, " ".join(sorted({path.split("/")[2] for path in paths})), sep="\t")
