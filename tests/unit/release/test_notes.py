"""A release's notes are its version's section of the changelog."""

from __future__ import annotations

import pytest

from release import notes

CHANGELOG = """\
# Changelog

## Unreleased

## 1.2.0 (2026-12-01)

### Added
- One thing.

### Changed
- Another.

## [1.1.0] - 2026-11-01
- First.

## 1.0.0
"""


@pytest.mark.parametrize(
    ("version", "section"),
    [
        pytest.param("1.2.0", "### Added\n- One thing.\n\n### Changed\n- Another.\n", id="with a date"),
        pytest.param("1.1.0", "- First.\n", id="in brackets"),
        pytest.param("1.0.0", None, id="an empty one"),
        pytest.param("Unreleased", None, id="what is not released"),
        pytest.param("1.2", None, id="a part of a version"),
        pytest.param("1x2.0", None, id="not a pattern"),
    ],
)
def test_the_section_of_a_version(version: str, section: str | None) -> None:
    assert notes.section(CHANGELOG, version) == section
