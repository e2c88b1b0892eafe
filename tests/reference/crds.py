"""The fields of the custom resources as a table, in the words of their schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tests.conftest import ROOT

Json = Mapping[str, Any]


def fields_table(plural: str, top: str, *, same_as: Mapping[str, str] | None = None) -> str:
    """Each field below `top` with its type and description. Of those in `same_as` the inner fields are somewhere else."""
    rows = [f"| `{path}` | {kind_of(node)} | {cell(node['description'])} |" for path, node in fields(plural, top, leave=set(same_as or ()))]
    return "\n".join(["| field | type | |", "|---|---|---|", *rows])


def fields(plural: str, top: str, *, leave: set[str] | frozenset[str] = frozenset()) -> Iterator[tuple[str, Json]]:
    """Each field's path and schema, without what is below the fields in `leave`."""
    crd = yaml.safe_load((ROOT / "manifests" / "crd" / f"{plural}.yaml").read_text())
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
