"""docs/api.md tells every field, phase, reason and setting that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_operator.model import reasons
from glider_operator.model.phases import Phase

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "api.md").read_text()


def fields(plural: str, top: str) -> list[tuple[str, str]]:
    """Each field's path and description."""
    crd = yaml.safe_load((ROOT / "manifests" / "crd" / f"{plural}.yaml").read_text())
    return below(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][top], "")


def below(node: dict[str, Any], path: str) -> list[tuple[str, str]]:
    found = []
    for name, child in node.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        found.append((here, child["description"].strip()))
        found += below(child, here) + below(child.get("items", {}), f"{here}[]")
    return found


@pytest.mark.parametrize(("plural", "top"), [("tasktemplates", "spec"), ("taskexecutions", "spec"), ("taskexecutions", "status")])
def test_every_field_with_the_words_of_the_crd(plural, top):
    rows = {tuple(re.split(r"` \| \w+ \| ", line[3:-2], maxsplit=1)) for line in TEXT.splitlines() if line.startswith("| `")}
    missing = [path for path, description in fields(plural, top) if (path, description) not in rows and not path.startswith("task.")]
    assert missing == []


@pytest.mark.parametrize("phase", Phase)
def test_every_phase(phase):
    assert f"| `{phase}` |" in TEXT


WAYS = {"CONTAINER_CREATING", "POD_INITIALIZING", "ERR_IMAGE_PULL"}


@pytest.mark.parametrize("name", [name for name in dir(reasons) if name.isupper() and not name.startswith("_") and name not in WAYS])
def test_every_reason(name):
    assert f"`{getattr(reasons, name)}`" in TEXT
