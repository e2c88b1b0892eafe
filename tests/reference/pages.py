"""Puts what is generated into the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tests.conftest import ROOT
from tests.reference.commands import commands_reference, commands_table, connection_table
from tests.reference.configuration import console_settings_table, settings_table
from tests.reference.crds import fields_table
from tests.reference.exits import exits_table
from tests.reference.metrics import metrics_table
from tests.reference.values import CHART, values_table
from tests.reference.variables import variables_table

DOCS = ROOT / "docs"
PAGES = (*(DOCS / f"{name}.md" for name in ("api", "cli", "configuration", "console", "exits", "operations", "pods")), CHART / "README.md")

GENERATORS: Mapping[str, Callable[[], str]] = {
    "TaskTemplate spec": partial(fields_table, "tasktemplates", "spec"),
    "TaskExecution spec": partial(fields_table, "taskexecutions", "spec", same_as={"task": "a TaskTemplate's spec"}),
    "TaskExecution status": partial(fields_table, "taskexecutions", "status"),
    "settings": settings_table,
    "console settings": console_settings_table,
    "metrics": metrics_table,
    "variables": variables_table,
    "exits": exits_table,
    "values": values_table,
    "commands": commands_table,
    "connection options": connection_table,
    "command reference": commands_reference,
}
_BLOCK = re.compile(r"(<!-- generated: (.+?) -->\n).*?(\n<!-- end -->)", re.DOTALL)


def current(page: Path) -> str:
    """The text of `page` with its generated parts as they should be."""
    return _BLOCK.sub(lambda match: f"{match.group(1)}{GENERATORS[match.group(2)]()}{match.group(3)}", page.read_text())
