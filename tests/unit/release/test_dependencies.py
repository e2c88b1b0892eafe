"""docs/dependencies.md has each package that ours depend on, by whom it is needed, and its licence as its own metadata have it."""

from __future__ import annotations

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
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.read_text().splitlines() if line.startswith("| ")]
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
    assert {name.lower() for name in needed()} - pinned == set()
