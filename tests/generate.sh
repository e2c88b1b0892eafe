#!/usr/bin/env bash
# Makes what is derived: the chart's copy of the CRDs, manifests/install from the chart, and the references in docs/.
# `--check` only compares.
set -eu
cd "$(dirname "$0")/.."
helm=${HELM:-helm}

render() {
    "$helm" template glider charts/glider --namespace glider-system --set crds.install=false |
        grep -v -e '^# Source:' -e 'helm.sh/chart:' -e 'app.kubernetes.io/managed-by: Helm'
}

if [ "${1:-}" = --check ]; then
    render | diff -u manifests/install/glider.yaml - || { echo "manifests/install is not what the chart says: run 'make generate'" >&2; exit 1; }
else
    cp manifests/crd/*.yaml charts/glider/files/crds/
    .venv/bin/python -m tests.reference
    render > manifests/install/glider.yaml
fi
