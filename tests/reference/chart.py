"""The schema of the chart's value `config`: what the parser of the configuration asks for."""

from __future__ import annotations

import json
from typing import Any

from glider_core.api.settings import parse_section
from glider_core.config.model import Config
from tests.conftest import ROOT
from tests.reference.schema import definitions_for, schema_of

Json = dict[str, Any]
SCHEMA = ROOT / "charts" / "glider" / "values.schema.json"


def current_schema() -> str:
    """The text of values.schema.json with `config` as it should be."""
    document = json.loads(SCHEMA.read_text())
    document["properties"]["config"] = config_schema()
    document["definitions"] = definitions_for(document["properties"]["config"])
    return json.dumps(document, indent=2) + "\n"


def config_schema() -> Json:
    """The schema of a configuration's settings."""
    return schema_of(lambda fields: parse_section(Config, fields))
