#!/bin/sh
# Runs cfn-lint over every golden, and over the bootstrap stack, in five regions. Any finding fails, also a
# warning or an information; I4010 alone is left out, which asks for prose in Metadata.
# $BOTCTL_TEST_PYTHON names the Python that has cfn-lint; without it, the one in .venv of this repository.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${BOTCTL_TEST_PYTHON:-$root/.venv/bin/python}
if [ ! -x "$python" ]; then
    echo "no Python at $python: run `make setup`, or set BOTCTL_TEST_PYTHON" >&2
    exit 1
fi
exec "$python" -c 'import sys; from cfnlint.runner import main; sys.exit(main())' \
    --include-checks W I --include-experimental --ignore-checks I4010 \
    --regions us-east-1 us-east-2 us-west-2 eu-central-1 ap-southeast-2 \
    -- "$root"/Tests/SynthesisTests/Goldens/*.template.json "$root"/stacks/bootstrap.template.json
