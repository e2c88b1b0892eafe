"""The schemas of Kubernetes' own objects, of each version that the chart is for, as kubeconform would apply them: strictly.

They come with the package kubernetes-validate; its own function would read a megabyte of definitions anew for each object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.cluster import tools
from tests.conftest import ROOT

#: From the oldest that Chart.yaml takes to the newest.
VERSIONS = ("1.31.0", "1.32.0", "1.33.0", "1.34.0", "1.35.0", "1.36.0")
#: Where the CRD of a kind is, by group: our own, and those of the Prometheus operator.
_CRDS: Mapping[str, Callable[[str], Path]] = {
    "glider.dev": lambda plural: ROOT / "manifests" / "crd" / f"{plural}.yaml",
    "monitoring.coreos.com": lambda plural: (
        tools.sources("prometheus-operator") / "example" / "prometheus-operator-crd" / f"monitoring.coreos.com_{plural}.yaml"
    ),
}


def mistakes(document: dict[str, Any], *, version: str) -> Iterator[str]:
    """What Kubernetes of that version would find wrong with `document`."""
    api_version, kind = document.get("apiVersion", ""), document.get("kind", "")
    name = document.get("metadata", {}).get("name", "")
    for error in _validator(version, api_version, kind).iter_errors(document):
        yield f"{version}: {kind} {name}: {error.json_path}: {error.message[:300]}"


@cache
def _validator(version: str, api_version: str, kind: str) -> Draft202012Validator:
    group, _, _ = api_version.partition("/")
    if group in _CRDS:
        return Draft202012Validator(_schema_of(_CRDS[group](f"{kind.lower()}s")))
    folder = _folder(version)
    # "rbac.authorization.k8s.io/v1" is "rbac-v1" in the names of files
    name = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    schema = json.loads((folder / f"{kind.lower()}-{name}.json").read_text())
    return Draft202012Validator(schema, registry=_definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    definitions: Resource[Any] = Resource.from_contents(json.loads((_folder(version) / "_definitions.json").read_text()))
    registry: Registry[Any] = Registry()
    return (definitions @ registry).crawl()  # once, and not for each object


def _folder(version: str) -> Path:
    spec = find_spec("kubernetes_validate")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "kubernetes-json-schema" / f"v{version}-local-strict"


def _schema_of(crd: Path) -> dict[str, Any]:
    document = yaml.load(crd.read_text(), Loader=yaml.CSafeLoader)
    schema: dict[str, Any] = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema
