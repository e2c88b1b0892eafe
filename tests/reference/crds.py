"""The CRDs, and the tables of their fields in docs/api.md, from the declarations of fields in glider_core.api."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from glider_core.api.execution import EXECUTION_RULES, EXECUTION_SPEC
from glider_core.api.settings import Kind, Rule, Setting, declared_in
from glider_core.api.status import STATUS
from glider_core.api.task import TEMPLATE_SPEC
from tests.conftest import ROOT

Json = Mapping[str, Any]

FOLDER = ROOT / "manifests" / "crd"
GROUP, VERSION = "glider.dev", "v1alpha1"
_HEADER = "# Made by `make generate` from the declarations in glider_core.api; tests/reference/crds.py has what is no field.\n"


#: What of a schema is about field managers that share a list: in an atomic object nobody does.
_SHARED = frozenset({"x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"})


def schema_of_field(declared: Setting, *, atomic: bool | None = False) -> dict[str, Any]:
    """What a CRD says of a field; `atomic`: within an object of which nobody owns a part. With None lists keep their keys even there."""
    return {"description": declared.doc, **_schema(declared.kind, atomic=atomic)}


def _schema(kind: Kind, *, atomic: bool | None) -> dict[str, Any]:
    schema: dict[str, Any] = {name: value for name, value in kind.schema.items() if not (atomic and name in _SHARED)}
    if atomic is not None:
        atomic = atomic or schema.get("x-kubernetes-map-type") == "atomic"
    inner = kind.table or kind.section
    fields = dict(declared_in(inner)) if inner else {}
    if required := [name for name, declared in fields.items() if declared.kind.required]:
        schema["required"] = required
    if kind.rules:
        schema["x-kubernetes-validations"] = [_rule(rule) for rule in kind.rules]
    if kind.items is not None:
        schema["items"] = schema_of_field(kind.items, atomic=atomic)
    if fields:
        schema["properties"] = {name: schema_of_field(declared, atomic=atomic) for name, declared in fields.items()}
    return schema


def _rule(rule: Rule) -> dict[str, Any]:
    path = {} if rule.field_path is None else {"fieldPath": rule.field_path}
    return {"rule": rule.cel, **path, "message": rule.message}


def _column(name: str, kind: str, path: str, description: str, *, wide: bool = False) -> dict[str, Any]:
    return {"name": name, "type": kind, "jsonPath": path, **({"priority": 1} if wide else {}), "description": description}


_AGE = _column("Age", "date", ".metadata.creationTimestamp", "Since when it is there")


def _crd(singular: str, kind: str, short: str, *, version: Json, schema: Json) -> dict[str, Any]:
    plural = f"{singular}s"
    top = {
        "apiVersion": {"description": f"The version of this schema, {GROUP}/{VERSION}.", "type": "string"},
        "kind": {"description": f"The kind of this resource, {kind}.", "type": "string"},
        "metadata": {"type": "object"},
    }
    whole = {**schema, "properties": {**top, **schema["properties"]}}
    names = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural,
        "singular": singular,
        "shortNames": [short],
        "categories": ["glider"],
    }
    served = {"name": VERSION, "served": True, "storage": True, **version, "schema": {"openAPIV3Schema": whole}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [served]},
    }


def _templates() -> dict[str, Any]:
    columns = [
        _column("Task", "string", ".spec.id.name", "The task's name in Flyte"),
        _column("Version", "string", ".spec.id.version", "The version that it was registered as"),
        _column("Image", "string", ".spec.container.image", "The image that runs it", wide=True),
        _AGE,
    ]
    schema = {
        "description": "A registered Flyte task. TaskExecutions in the same namespace run it by taskRef. Its spec never changes.",
        "type": "object",
        "required": ["spec"],
        "properties": {"spec": schema_of_field(TEMPLATE_SPEC)},
    }
    return _crd("tasktemplate", "TaskTemplate", "tt", version={"additionalPrinterColumns": columns}, schema=schema)


def _executions() -> dict[str, Any]:
    attempt = ".status.attempts[-1:]"
    columns = [
        _column("Phase", "string", ".status.phase", "Where the execution stands"),
        _column("Reason", "string", '.status.conditions[?(@.type=="Succeeded")].reason', "Why it stands there"),
        _column("Attempt", "integer", f"{attempt}.number", "The number of the latest attempt, from 0"),
        _column("Pod", "string", f"{attempt}.podName", "The latest attempt's pod", wide=True),
        _column("Node", "string", f"{attempt}.nodeName", "The latest attempt's node", wide=True),
        _column("Duration", "string", ".status.duration", "How long it took from its first pod to its end"),
        _AGE,
    ]
    version = {
        "subresources": {"status": {}},
        "selectableFields": [{"jsonPath": ".status.phase"}],  # the operator's watch leaves out finished executions
        "additionalPrinterColumns": columns,
    }
    schema = {
        "description": "One run of a Flyte task. The operator runs it in a pod, retries it where that helps, and writes what happened into "
        "the status.",
        "type": "object",
        "required": ["spec"],
        "x-kubernetes-validations": [_rule(rule) for rule in EXECUTION_RULES],
        "properties": {"spec": schema_of_field(EXECUTION_SPEC), "status": schema_of_field(STATUS, atomic=None)},
    }
    return _crd("taskexecution", "TaskExecution", "te", version=version, schema=schema)


_MADE = {"tasktemplates": _templates, "taskexecutions": _executions}
CRDS = {plural: FOLDER / f"{plural}.yaml" for plural in _MADE}


def current_crd(plural: str) -> str:
    """The text of manifests/crd/<plural>.yaml as it should be."""
    return _HEADER + yaml.dump(_MADE[plural](), Dumper=_Dumper, sort_keys=False, width=150, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Without anchors: a kind that several fields have is written out for each."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def fields_table(plural: str, top: str, *, same_as: Mapping[str, str] | None = None) -> str:
    """Each field below `top` with its type and description. Of those in `same_as` the inner fields are somewhere else."""
    rows = [f"| `{path}` | {kind_of(node)} | {cell(node['description'])} |" for path, node in fields(plural, top, leave=set(same_as or ()))]
    return "\n".join(["| field | type | |", "|---|---|---|", *rows])


def fields(plural: str, top: str, *, leave: set[str] | frozenset[str] = frozenset()) -> Iterator[tuple[str, Json]]:
    """Each field's path and schema, without what is below the fields in `leave`."""
    crd = _MADE[plural]()
    return _below(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][top], "", leave)


def kind_of(node: Json) -> str:
    """What people call the type."""
    if node.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if node.get("type") == "array":
        item = kind_of(node.get("items", {}))
        return "list of objects" if item == "object" else f"list of {item}s"
    if node.get("type") == "object" and isinstance(node.get("additionalProperties"), Mapping):
        return f"map of {kind_of(node['additionalProperties'])}s"
    return str(node.get("type", "any"))


def cell(text: str) -> str:
    """`text` in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _below(node: Json, path: str, leave: set[str] | frozenset[str]) -> Iterator[tuple[str, Json]]:
    for name, child in node.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        yield here, child
        if here not in leave:
            yield from _below(child, here, leave)
            yield from _below(child.get("items", {}), f"{here}[]", leave)
