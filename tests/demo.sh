#!/usr/bin/env bash
# What `make demo` shows: the main job on the embedded default, with no cluster, no root and no Go.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

show glider run --local manifests/examples/app/workflows/failing_workflows.py divider --a 10 --b 2

show glider run --local -f manifests/examples/divide.yaml

if show glider run --local -f manifests/examples/divide-by-zero.yaml; then
    echo "expected the division by zero to fail" >&2
    exit 1
fi
printf '\nThe second one failed, as it should: the error above is what its status holds.\n'
