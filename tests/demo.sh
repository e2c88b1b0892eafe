#!/usr/bin/env bash
# What `make demo` shows: the main job on the embedded default, with no cluster, no root and no Go.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
glider=$root/.venv/bin/glider
cd "$root/manifests/examples"

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

say glider run --local -f manifests/examples/divide.yaml
"$glider" run --local -f divide.yaml --storage "file://$root/.glider"

say glider run --local -f manifests/examples/divide-by-zero.yaml
if "$glider" run --local -f divide-by-zero.yaml --storage "file://$root/.glider"; then
    echo "expected the division by zero to fail" >&2
    exit 1
fi
printf '\nThe second one failed, as it should: the error above is what its status holds.\n'
