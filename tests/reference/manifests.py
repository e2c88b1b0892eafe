"""`python -m tests.reference.manifests [--check]`: the plain manifests, from what the chart renders.

`base` is what every installation has, `overlays/cluster` and `overlays/namespace` what differs: the rights, and the configuration.
`components/console` is what the console adds to either, `components/admin` what the front for flytekit's clients does.
The text is the chart's, comments included, without the labels that name Helm and without namespaces, which kustomize fills in.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from glider_core.api.yaml_form import to_yaml
from tests.cluster import tools
from tests.conftest import ROOT

FOLDER = ROOT / "manifests"
#: What an installation for all namespaces is called, and the namespace that stands for any other in `overlays/namespace`.
SYSTEM, ONE = "glider-system", "team-a"
#: The values of each installation.
CLUSTER: tuple[str, ...] = ()
NAMESPACE = ("--set", "singleNamespace=true")
CONSOLE = ("--set", "console.enabled=true")
#: Its key is a Secret that whoever installs it makes: one in a file that is published would be nobody's secret.
ADMIN = ("--set", "admin.enabled=true", "--set", "admin.uploads.secretName=glider-admin-key")
COMPONENTS = {"console": CONSOLE, "admin": ADMIN}
#: Where each installation is, with which values.
INSTALLATIONS = {"cluster": (SYSTEM, CLUSTER), "namespace": (ONE, NAMESPACE)}

_HELMS = re.compile(r"^\s*(# Source:|helm\.sh/chart:|app\.kubernetes\.io/managed-by: Helm).*\n", re.MULTILINE)
_RIGHTS = frozenset({"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})
_RESTRICTIONS = """\
# Refuses at `kubectl apply` what the operator refuses where its configuration says restrictions: {templates: Required}: in
# namespaces with the label glider.dev/restricted=true. The chart makes one that goes by the configuration (admissionPolicy.enabled).
"""
_USERS = """\
# What a person needs in a namespace to register, run, follow, see and end tasks with `glider`: docs/install.md, "The rights of users".
# The chart installs it as a ClusterRole (rbac.aggregate); this is for one namespace, without rights on the cluster.
# kubectl apply -n NAMESPACE -f manifests/user-role.yaml
# kubectl create rolebinding glider-users -n NAMESPACE --role glider-user --group GROUP
"""
_MADE = "# Made by `make generate` from the chart.\n"

Json = Mapping[str, Any]


def rendered(*values: str, namespace: str) -> str:
    """What the chart makes of these values, without what names Helm."""
    arguments = (
        "template",
        "glider",
        str(ROOT / "charts" / "glider"),
        "--namespace",
        namespace,
        "--no-hooks",
        "--set",
        "crds.install=false",
    )
    helm = os.environ.get("HELM") or str(tools.build_all()["helm"])
    done = subprocess.run([helm, *arguments, *values], capture_output=True, text=True, check=True)
    return _HELMS.sub("", done.stdout)


def objects(text: str) -> Iterator[tuple[str, Json]]:
    """Each document as text and as an object."""
    for part in re.split(r"^---\n", text, flags=re.MULTILINE):
        if document := yaml.safe_load(part):
            yield part.strip() + "\n", document


def current() -> dict[Path, str]:
    """Each file that is made, as it should be."""
    whole = {name: list(objects(rendered(*values, namespace=place))) for name, (place, values) in INSTALLATIONS.items()}
    made = {
        FOLDER / "base" / "glider.yaml": [text for text, one in whole["cluster"] if one["kind"] not in _RIGHTS],
        **{
            FOLDER / "overlays" / name / "rbac.yaml": [text for text, one in all_ if one["kind"] in _RIGHTS] for name, all_ in whole.items()
        },
    }
    files = {path: _MADE + "---\n".join(map(_anywhere, texts)) for path, texts in made.items()}
    files[FOLDER / "overlays" / "namespace" / "configuration.yaml"] = _MADE + _difference(
        [one for _, one in whole["cluster"]], [one for _, one in whole["namespace"]]
    )
    for name, values in COMPONENTS.items():
        files[FOLDER / "components" / name / f"{name}.yaml"] = _MADE + "---\n".join(map(_anywhere, _added(values, whole["cluster"])))
    files[FOLDER / "restrictions.yaml"] = _restrictions()
    files[FOLDER / "user-role.yaml"] = _USERS + next(
        _role(text) for text, one in whole["cluster"] if one["metadata"]["name"] == "glider-user"
    )
    return files


def _added(values: tuple[str, ...], without: list[tuple[str, Json]]) -> list[str]:
    """What these values add: whole objects, and no change of others."""
    others = [text for text, _ in without]
    return [text for text, _ in objects(rendered(*values, namespace=SYSTEM)) if text not in others]


def _role(text: str) -> str:
    """The ClusterRole of users as one of a namespace, which nothing selects by labels."""
    return re.sub(r"^  labels:\n(?: +.*\n)+", "", text, flags=re.MULTILINE).replace("kind: ClusterRole", "kind: Role")


def _anywhere(text: str) -> str:
    """Without a namespace: kustomize sets it."""
    return re.sub(rf'^ +namespace: "?({SYSTEM}|{ONE})"?\n', "", text, flags=re.MULTILINE)


def _difference(base: list[Json], other: list[Json]) -> str:
    """Patches that make the configuration of `base` that of `other`: of the rest nothing may differ."""
    [before, after] = [{one["kind"]: one for one in all_ if one["kind"] not in _RIGHTS} for all_ in (base, other)]
    assert set(before) == set(after), "the installations differ in more than rights and configuration"
    path = ("spec", "template", "metadata", "annotations")
    patches = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "glider"}, "data": after["ConfigMap"]["data"]},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "glider"},
            "spec": {"template": {"metadata": {"annotations": _at(after["Deployment"], *path)}}},
        },
    ]
    return "---\n".join(to_yaml(patch) for patch in patches)


def _at(document: Any, *path: str) -> Any:
    for name in path:
        document = document[name]
    return document


def _restrictions() -> str:
    values = ("--set", "admissionPolicy.enabled=true", "--set", "config.restrictions.templates=Required")
    label = ("--set-string", r"admissionPolicy.namespaceSelector.matchLabels.glider\.dev/restricted=true")
    return _RESTRICTIONS + rendered("--show-only", "templates/admissionpolicy.yaml", *values, *label, namespace=SYSTEM)


def main(*arguments: str) -> int:
    """Write the files, or only compare them."""
    different = [path for path, text in current().items() if not path.exists() or path.read_text() != text]
    for path in different:
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not what the chart says: run 'make generate'", file=sys.stderr)
        else:
            path.write_text(current()[path])
    return 1 if different and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
