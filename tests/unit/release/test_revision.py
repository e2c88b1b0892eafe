"""What is built has the commit and its time, which stands in all files; it is built without git, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from release import revision
from release.revision import Revision

UNKNOWN = Revision(commit="unknown", time=315_532_800)


@pytest.fixture(autouse=True)
def no_time_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def test_an_unpacked_archive_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "CHECKOUT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert revision.current() == UNKNOWN


def test_a_machine_without_git_knows_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert revision.current() == UNKNOWN


def test_another_time_can_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert revision.current().created == "2001-09-09T01:46:40Z"
