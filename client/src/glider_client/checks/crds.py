"""Whether the cluster serves Glider's API, with all fields that this client knows. Helm doesn't upgrade CRDs that it keeps.

The fields are read from the API server's OpenAPI document: every user may, while reading a CRD takes a right of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glider_client.checks.check import Check, Group, Json, ask
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, NotFoundError
from glider_core.api.execution import EXECUTION_SPEC
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, EXECUTIONS, GROUP, TEMPLATE_KIND, TEMPLATES, VERSION
from glider_core.api.settings import Kind, Setting, declared_in
from glider_core.api.status import STATUS
from glider_core.api.task import TEMPLATE_SPEC

_GROUP = Group(name="crds")
_INSTALL = "Install the chart, or: kubectl apply --server-side -f manifests/crd"
_SHOWN = 8
#: What each kind has, by the names of its top fields.
_KINDS: Mapping[str, tuple[str, Mapping[str, Setting]]] = {
    EXECUTIONS: (EXECUTION_KIND, {"spec": EXECUTION_SPEC, "status": STATUS}),
    TEMPLATES: (TEMPLATE_KIND, {"spec": TEMPLATE_SPEC}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """What was read: the resources of Glider's API group, and its OpenAPI document."""

    resources: Json | ClusterError
    schemas: Json | ClusterError


def read(cluster: Cluster) -> Api:
    """The API server's own account of Glider's API."""
    resources = ask(lambda: cluster.get(f"/apis/{API_VERSION}"))
    schemas = resources if isinstance(resources, ClusterError) else ask(lambda: cluster.get(f"/openapi/v3/apis/{API_VERSION}"))
    return Api(resources=resources, schemas=schemas)


def check(api: Api) -> Iterator[Check]:
    """A line for each CRD."""
    if isinstance(api.resources, ClusterError) and not isinstance(api.resources, NotFoundError):
        yield _GROUP.unanswered("CRDs", api.resources)
        return
    listed = {} if isinstance(api.resources, ClusterError) else api.resources
    served = {one.get("name") for one in listed.get("resources") or ()}
    for resource, (kind, fields) in _KINDS.items():
        name = f"CRD {resource}.{GROUP}"
        if resource not in served:
            yield _GROUP.problem(name, f"expected {VERSION} of it, found none", _INSTALL)
        elif isinstance(api.schemas, ClusterError) and not isinstance(api.schemas, NotFoundError):
            yield _GROUP.unanswered(name, api.schemas)
        else:
            schemas = {} if isinstance(api.schemas, ClusterError) else api.schemas
            yield _fields(name, expected=paths_of(fields), found=_published(schemas, kind))


def paths_of(fields: Mapping[str, Setting]) -> frozenset[str]:
    """The path of each field that this client knows, such as spec.task.container.env[].name."""
    return frozenset(path for name, declared in fields.items() for path in _declared(declared.kind, name))


def _declared(kind: Kind, path: str) -> Iterator[str]:
    yield path
    if inner := kind.table or kind.section:
        for name, declared in declared_in(inner):
            yield from _declared(declared.kind, f"{path}.{name}")
    if kind.items is not None:
        yield from _declared(kind.items.kind, f"{path}[]")


def _published(schemas: Json, kind: str) -> frozenset[str] | None:
    """The path of each field in the API server's schema; None where it has none of that kind (yet)."""
    known = (schemas.get("components") or {}).get("schemas") or {}
    schema = next((one for name, one in known.items() if name.endswith(f".{VERSION}.{kind}")), None)
    return None if schema is None else frozenset(_below(schema, ""))


def _below(schema: Any, path: str) -> Iterator[str]:
    for name, inner in (schema.get("properties") or {}).items():
        child = f"{path}.{name}" if path else name
        yield child
        yield from _below(inner, child)
    if items := schema.get("items"):
        yield f"{path}[]"
        yield from _below(items, f"{path}[]")


def _fields(name: str, *, expected: frozenset[str], found: frozenset[str] | None) -> Check:
    if found is None:
        return _GROUP.warning(name, "the API server hasn't published its fields", "Try again in a moment.")
    missing = _topmost(expected - found)
    if not missing:
        return _GROUP.ok(name, f"{VERSION}, with all {len(expected)} fields that this client knows")
    return _GROUP.problem(
        name,
        f"it is older than this client and lacks {_listed(missing)}",
        "Upgrade it: kubectl apply --server-side --force-conflicts -f manifests/crd",
    )


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def _topmost(paths: frozenset[str]) -> list[str]:
    """Without those whose parent is among them, too."""
    return sorted(path for path in paths if _parent(path) not in paths)


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
