"""docs/dependencies.md has each package that ours depend on, what it is for, and its licence as its own metadata have it."""

from __future__ import annotations

import json
import re
from email.message import Message
from importlib import metadata
from typing import cast

import tomllib

from release.image import licences
from release.versions import DISTRIBUTIONS
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "dependencies.md"


def needed() -> dict[str, set[str]]:
    """Each package that is none of ours, with those that need it."""
    found: dict[str, set[str]] = {}
    for distribution in DISTRIBUTIONS:
        project = tomllib.loads((ROOT / distribution / "pyproject.toml").read_text())["project"]
        for requirement in project["dependencies"]:
            name = re.split(r"[^\w.-]", requirement)[0]
            if not name.startswith("glider-"):
                found.setdefault(name, set()).add(distribution)
    return found


def rows() -> dict[str, list[str]]:
    """Those of Python's, by name."""
    return table(PAGE.read_text().partition("\n## ")[0])


def table(text: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return {name: rest for name, *rest in cells[2:]}


def test_the_table_has_each_with_who_needs_it() -> None:
    assert {name: set(needed_by.split(", ")) for name, (needed_by, _, _) in rows().items()} == needed()


def test_the_licences_are_those_of_their_metadata_and_allowed() -> None:
    for name, (_, _, licence) in rows().items():
        found = cast(Message, metadata.metadata(name))
        own = licences.of_distribution(
            name, expression=found.get("License-Expression"), field=found.get("License"), classifiers=found.get_all("Classifier", [])
        )
        assert (name, licence) == (name, own)
        licences.check(name, licence)


def test_each_is_pinned() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text().lower(), re.MULTILINE))
    assert {name.lower().replace(".", "-") for name in needed()} - pinned == set()


def test_the_front_ends_packages_are_listed_with_the_licences_of_their_own_metadata() -> None:
    ui = ROOT / "console" / "ui"
    asked = json.loads((ui / "package.json").read_text())["dependencies"]
    locked = json.loads((ui / "package-lock.json").read_text())["packages"]
    listed = table(PAGE.read_text().partition("## The console's front end")[2].partition("\n## ")[0])
    assert {name: licence for name, (_, licence) in listed.items()} == {name: locked[f"node_modules/{name}"]["license"] for name in asked}
    for name, (_, licence) in listed.items():
        licences.check(name, licence)
