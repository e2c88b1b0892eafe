#!/usr/bin/env bash
# Makes what is derived: the CRDs and the chart's copy of them, the plain manifests from the chart, and the references in docs/.
# `--check` only compares.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --check ]; then
    exec .venv/bin/python -m tests.reference.manifests --check
fi
.venv/bin/python -m tests.reference
cp manifests/crd/*.yaml charts/glider/files/crds/
.venv/bin/python -m tests.reference.manifests
