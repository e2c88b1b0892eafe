#!/usr/bin/env bash
# Makes what is derived: the CRDs and the chart's copy of them; manifests/install, manifests/restrictions.yaml and manifests/user-role.yaml
# from the chart; the references in docs/. `--check` only compares.
set -eu
cd "$(dirname "$0")/.."
helm=${HELM:-helm}

render() {
    "$helm" template glider charts/glider --namespace glider-system --set crds.install=false --no-hooks "$@" |
        grep -v -e '^# Source:' -e 'helm.sh/chart:' -e 'app.kubernetes.io/managed-by: Helm'
}

install() {
    render
}

restrictions() {
    echo '# Refuses at `kubectl apply` what the operator refuses where its configuration says restrictions: {templates: Required}: in'
    echo '# namespaces with the label glider.dev/restricted=true. The chart makes one that goes by the configuration (admissionPolicy.enabled).'
    render --show-only templates/admissionpolicy.yaml --set admissionPolicy.enabled=true --set config.restrictions.templates=Required \
        --set-string 'admissionPolicy.namespaceSelector.matchLabels.glider\.dev/restricted=true'
}

user_role() {
    echo '# What a person needs in a namespace to register, run, follow, see and end tasks with `glider`: docs/install.md, "The rights of users".'
    echo '# The chart installs it as a ClusterRole (rbac.aggregate); this is for one namespace, without rights on the cluster.'
    echo '# kubectl apply -n NAMESPACE -f manifests/user-role.yaml'
    echo '# kubectl create rolebinding glider-users -n NAMESPACE --role glider-user --group GROUP'
    render --show-only templates/userroles.yaml | awk -v RS='---\n' '/name: "glider-user"/' | sed -e '/^ *labels:/,/^rules:/{/^rules:/!d}' \
        -e 's/^kind: ClusterRole/kind: Role/' -e '/^$/d'
}

for made in user_role:manifests/user-role.yaml install:manifests/install/glider.yaml restrictions:manifests/restrictions.yaml; do
    if [ "${1:-}" = --check ]; then
        ${made%%:*} | diff -u "${made#*:}" - || { echo "${made#*:} is not what the chart says: run 'make generate'" >&2; exit 1; }
    else
        ${made%%:*} > "${made#*:}"
    fi
done
if [ "${1:-}" != --check ]; then
    .venv/bin/python -m tests.reference
    cp manifests/crd/*.yaml charts/glider/files/crds/
fi
