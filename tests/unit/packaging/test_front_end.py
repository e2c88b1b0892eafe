"""The console's front end as it is built: small, all from here, and without what only its developers need."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from release.front_end import BUILT, SOURCE
from release.image import licences

#: Of all scripts and style sheets, as they are sent: a page's first visit takes no more.
MOST_BYTES = 300_000
#: Names of vocabularies, which no program fetches.
NAMES = {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xlink"}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = [path for path in sorted(BUILT.rglob("*")) if path.is_file()]
    assert BUILT / "index.html" in found, "the front end isn't built: run `make setup`"
    return found


@pytest.fixture(scope="module")
def code(files: list[Path]) -> dict[str, str]:
    """What a browser runs or reads."""
    return {path.name: path.read_text() for path in files if path.suffix in (".html", ".js", ".css", ".svg")}


def lock() -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    return packages


def test_scripts_and_styles_are_small(files: list[Path]) -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), mtime=0)) for path in files if path.suffix in (".js", ".css")}
    assert {".js", ".css"} == {Path(name).suffix for name in sizes}
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_nothing_in_it_is_fetched_from_elsewhere(code: dict[str, str]) -> None:
    named = {(name, url) for name, text in code.items() for url in re.findall(r"(?:https?|wss?):/{2}[^\s\"'`)\\<>]+", text)}
    assert {(name, url) for name, url in named if url not in NAMES} == set()
    without_scheme = r"(?:src|href)=[\"']//|url\([\"']?//|@import"
    assert [name for name, text in code.items() if re.search(without_scheme, text)] == []


def test_it_has_no_source_maps(files: list[Path], code: dict[str, str]) -> None:
    assert [path.name for path in files if path.suffix == ".map"] == []
    assert [name for name, text in code.items() if "sourceMappingURL" in text] == []


def test_all_that_is_in_the_bundle_may_be() -> None:
    bundled = json.loads((BUILT / "licenses.json").read_text())
    assert "preact" in {one["name"] for one in bundled}
    for one in bundled:
        licences.check(one["name"], one.get("identifier", ""))
        locked = lock()[f"node_modules/{one['name']}"]
        assert (one["version"], "dev" in locked) == (locked["version"], False)


def test_each_package_is_pinned_by_its_content_and_by_no_address() -> None:
    packages = {name: entry for name, entry in lock().items() if name}
    assert [name for name, entry in packages.items() if not str(entry.get("integrity", "")).startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert re.findall(r"https?://[^\"]+", (SOURCE / "package-lock.json").read_text()) == []


def test_the_packages_that_are_asked_for_are_pinned_to_one_version() -> None:
    asked = json.loads((SOURCE / "package.json").read_text())
    wanted = asked["dependencies"] | asked["devDependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert {name: lock()[f"node_modules/{name}"]["version"] for name in wanted} == wanted
