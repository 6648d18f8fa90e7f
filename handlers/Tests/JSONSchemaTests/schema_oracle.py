"""Judges pairs of a schema and a value, one a line, as JSON Schema does: cfn-lint's copy of the jsonschema package."""

import json
import sys

from cfnlint.jsonschema import StandardValidator

for line in sys.stdin:
    pair = json.loads(line)
    errors = StandardValidator(pair["schema"]).iter_errors(pair["value"])
    print(json.dumps(next(errors, None) is None))
