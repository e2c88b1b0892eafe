"""The version stands in several files: all have the same one, and one command writes it."""

from __future__ import annotations

from pathlib import Path

from release import versions
from tests.cluster import images
from tests.conftest import ROOT


def test_every_place_has_the_same_version() -> None:
    assert {one.version for one in versions.found(ROOT)} == {images.VERSION}


def test_every_row_of_the_table_finds_a_version() -> None:
    files = {one.file for one in versions.found(ROOT)}
    assert [pattern for pattern, _ in versions.PLACES if not any(Path(file).match(pattern) for file in files)] == []


def test_one_command_writes_it_everywhere(copy: Path) -> None:
    before = [(one.file, one.line) for one in versions.found(copy)]
    changed = versions.write(copy, "12.34.5-rc.1")
    assert {one.version for one in versions.found(copy)} == {"12.34.5-rc.1"}
    assert [(one.file, one.line) for one in versions.found(copy)] == before
    assert set(changed) == {file for file, _ in before}
    assert versions.write(copy, "12.34.5-rc.1") == []


def test_our_distributions_name_each_other_by_it(copy: Path) -> None:
    versions.write(copy, "2.0.0")
    text = (copy / "operator" / "pyproject.toml").read_text()
    assert 'version = "2.0.0"' in text
    assert '"glider-core==2.0.0"' in text
    assert '"kopf>=1.45.2,<2"' in text
