"""The schema of the chart's values: the rules are written by hand in values.schema.json itself, except those of `config` and
`admin.config`, which are what the parsers of the configurations ask for, and of Kubernetes' own types. The descriptions are those of
values.yaml.
"""

from __future__ import annotations

import json
from typing import Any

from glider_admin.settings import Settings as AdminSettings
from glider_core.api.settings import parse_section
from glider_core.config.model import Config
from tests.reference.configuration import admin_setting_descriptions, setting_descriptions
from tests.reference.schema import definitions_for, schema_of
from tests.reference.values import SCHEMA, describe

Json = dict[str, Any]


def current_schema() -> str:
    """The text of values.schema.json as it should be."""
    document = json.loads(SCHEMA.read_text())
    document["properties"]["config"] = config_schema()
    document["properties"]["admin"]["properties"]["config"] = admin_schema()
    describe(document)
    document["definitions"] = definitions_for({name: rule for name, rule in document.items() if name != "definitions"})
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def config_schema() -> Json:
    """The schema of a configuration's settings, with their descriptions."""
    schema = schema_of(lambda fields: parse_section(Config, fields))
    for path, words in setting_descriptions():
        _describe(schema, path.split("."), words)
        _describe(schema["properties"]["namespaceDefaults"]["items"], path.split("."), words)
    return schema


def admin_schema() -> Json:
    """The same for the front of flytekit's clients."""
    schema = schema_of(lambda fields: parse_section(AdminSettings, fields))
    for path, words in admin_setting_descriptions():
        _describe(schema, path.split("."), words)
    return schema


def _describe(schema: Json, path: list[str], words: str) -> None:
    """Put `words` where the rule of `path` is, if there is one."""
    name, *below = path
    if name not in schema.get("properties", {}):
        return
    rule = schema["properties"][name]
    if below:
        _describe(rule, below, words)
    else:
        schema["properties"][name] = {"description": words} | rule
