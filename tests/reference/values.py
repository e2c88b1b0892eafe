"""The chart's values, as values.yaml describes them: for the descriptions in its schema, and for the tables of its README.

Our own few lines and not helm-docs: the words also go into the schema, and the types in the tables come from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.reference.crds import cell

Json = dict[str, Any]
CHART = ROOT / "charts" / "glider"
VALUES = CHART / "values.yaml"
SCHEMA = CHART / "values.schema.json"

#: The rules that the schema has under `$defs`.
_KINDS = {
    "annotations": "annotations",
    "folders": "folders with slashes between them",
    "header": "name of a header",
    "labels": "labels",
    "name": "name",
    "namespace": "namespace",
    "networkPeers": "list of NetworkPolicyPeer",
    "networkPorts": "list of NetworkPolicyPort",
    "probe": "times of a probe",
    "pullPolicy": "`Always` or `IfNotPresent` or `Never`",
    "pullSecrets": "list of core/v1 LocalObjectReference",
    "relabelings": "list of RelabelConfig",
    "secretRef": "core/v1 SecretEnvSource",
    "share": "number or percentage",
}
#: What the programs read as it is.
_CONFIGURATIONS = frozenset({("config",), ("admin", "config")})
_KEY = re.compile(r"( *)([A-Za-z][A-Za-z0-9]*):(?: |$)")
_DESCRIPTION = re.compile(r" *# -- (.*)")
_CONTINUED = re.compile(r" *# (.*)")
_HEADING = re.compile(r"## (.+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One value: its path, its description, and the heading of values.yaml that it belongs to."""

    path: tuple[str, ...]
    description: str
    heading: str

    @property
    def name(self) -> str:
        """As `--set` takes it."""
        return ".".join(self.path)


def described() -> Iterator[Value]:
    """The values that have a description, in the file's order."""
    path: list[str] = []
    words: list[str] = []
    heading = ""
    for line in VALUES.read_text().splitlines():
        if found := _HEADING.fullmatch(line):
            heading = found.group(1)
        elif found := _DESCRIPTION.fullmatch(line):
            words = [found.group(1)]
        elif words and (found := _CONTINUED.fullmatch(line)):
            words.append(found.group(1))
        elif found := _KEY.match(line):
            path = [*path[: len(found.group(1)) // 2], found.group(2)]
            if words:
                yield Value(path=tuple(path), description=" ".join(words), heading=heading)
            words = []


def values_table() -> str:
    """A table for each heading of values.yaml; what belongs together is described by a row of its own."""
    document, schema = yaml.safe_load(VALUES.read_text()), json.loads(SCHEMA.read_text())
    lines: list[str] = []
    heading = ""
    for value in described():
        if value.heading != heading:
            heading = value.heading
            lines += ["", f"### {heading}", "| value | type | default | |", "|---|---|---|---|"]
        rule = rule_of(schema, value.path)
        section = is_section(value.path, rule)
        kind, default = ("", "") if section else (_kind(rule), f"`{json.dumps(_default(document, value.path))}`")
        lines.append(f"| `{value.name}` | {kind} | {default} | {cell(value.description)} |")
    return "\n".join(lines[1:])


def describe(schema: Json) -> None:
    """Put the descriptions into `schema`, each where its value's rule is."""
    _describe(schema, (), {value.path: value.description for value in described()})


def rule_of(schema: Json, path: tuple[str, ...]) -> Json:
    """The schema of the value at `path`."""
    return reduce(lambda rule, name: rule["properties"][name], path, schema)


def is_section(path: tuple[str, ...], rule: Json) -> bool:
    """Whether the value only holds others, which are described one by one. Configurations have pages of their own."""
    return "properties" in rule and path not in _CONFIGURATIONS


def _describe(rule: Json, path: tuple[str, ...], words: Mapping[tuple[str, ...], str]) -> None:
    rules = {name: value for name, value in rule.items() if name != "description"}
    rule.clear()
    rule.update({"description": words[path]} if path in words else {}, **rules)
    if is_section(path, rule):
        for name, inner in rule["properties"].items():
            _describe(inner, (*path, name), words)


def _default(document: Json, path: tuple[str, ...]) -> Any:
    return reduce(lambda value, name: value[name], path, document)


def _kind(rule: Json) -> str:
    """The type of a value, in a word or two."""
    if "$ref" in rule:
        _, kind, name = rule["$ref"].split("/")
        return f"core/v1 {name}" if kind == "definitions" else _KINDS[name]
    if "enum" in rule:
        return " or ".join(f"`{word}`" for word in rule["enum"] if word)
    if rule.get("type") == "array":
        return f"list of {_kind(rule['items'])}"
    kinds = rule.get("type", "object")
    return " or ".join(kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind != "null")
