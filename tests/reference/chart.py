"""The schema of the chart's value `config`, from the declarations of the settings and the schema of what tasks have too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from glider_operator.config.defaults import TASK_POD
from glider_operator.config.model import Config
from glider_operator.model.fields import Fields
from glider_operator.model.pod_settings import parse_pod_settings
from glider_operator.model.settings import settings_of
from tests.conftest import ROOT

Json = dict[str, Any]
SCHEMA = ROOT / "charts" / "glider" / "values.schema.json"


def current_schema() -> str:
    """The text of values.schema.json with `config` as it should be."""
    document = json.loads(SCHEMA.read_text())
    document["properties"]["config"] = section_schema(Config)
    return json.dumps(document, indent=2) + "\n"


def section_schema(section: type) -> Json:
    """A section as an object that has these settings and no others."""
    properties: Json = {}
    for name, _, declared, _ in settings_of(section):
        inner, kind = declared.kind.section, declared.kind
        if inner is not None and not kind.words:
            properties |= section_schema(inner)["properties"]
        elif inner is not None and kind.schema["type"] == "array":
            properties[name] = {"type": "array", "items": section_schema(inner)}
        elif inner is not None:
            properties[name] = section_schema(inner)
        elif kind is TASK_POD:
            properties[name] = _task_pod()
        elif kind.words.startswith("as `"):
            properties[name] = _structure(_task()[name])
        else:
            properties[name] = dict(kind.schema)
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _task() -> Json:
    crd = yaml.safe_load((ROOT / "manifests" / "crd" / "tasktemplates.yaml").read_text())
    properties: Json = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return properties


def _task_pod() -> Json:
    """The fields of a task that are asked for when a pod's settings are read."""
    fields = Fields({}, path="")
    parse_pod_settings(fields)
    return {"type": "object", "additionalProperties": False, "properties": {name: _structure(_task()[name]) for name in fields.asked}}


def _structure(node: Mapping[str, Any]) -> Json:
    """Types and names, without what only the operator checks."""
    kept: Json = {}
    if "type" in node:
        kept["type"] = node["type"]
    if "properties" in node:
        kept["properties"] = {name: _structure(child) for name, child in node["properties"].items()}
        if not node.get("x-kubernetes-preserve-unknown-fields"):
            kept["additionalProperties"] = False
    if "items" in node:
        kept["items"] = _structure(node["items"])
    return kept
