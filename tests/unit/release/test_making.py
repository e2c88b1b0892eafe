"""A release is refused while something is missing, and each reason is named; what it writes can be checked."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from release import making, versions


@pytest.fixture
def checkout(copy: Path) -> Path:
    """A small repository at version 1.2.3, ready to be released."""
    versions.write(copy, "1.2.3")
    (copy / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3\n- All.\n")
    git(copy, "init", "--quiet")
    commit(copy)
    return copy


def git(folder: Path, *arguments: str) -> None:
    people = {f"GIT_{who}_{what}": "someone" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    no_settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}  # such as signatures of commits, or hooks
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=os.environ | people | no_settings)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


def test_a_clean_tree_with_its_changelog_is_ready(checkout: Path) -> None:
    assert list(making.unready(checkout, "1.2.3")) == []


def test_changes_that_are_not_committed_are_named(checkout: Path) -> None:
    (checkout / "new").write_text("x")
    assert list(making.unready(checkout, "1.2.3")) == ["the tree has changes that aren't committed: new"]


def test_a_file_with_another_version_is_named_with_its_line(checkout: Path) -> None:
    chart = checkout / "charts" / "glider" / "Chart.yaml"
    chart.write_text(chart.read_text().replace("appVersion: 1.2.3", "appVersion: 1.2.2"))
    commit(checkout)
    (problem,) = making.unready(checkout, "1.2.3")
    line = 1 + chart.read_text().splitlines().index("appVersion: 1.2.2")
    assert problem == f"charts/glider/Chart.yaml:{line} has version 1.2.2: run `python -m release set-version 1.2.3`"


def test_a_version_without_notes_is_refused(checkout: Path) -> None:
    (checkout / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n- All.\n")
    commit(checkout)
    assert list(making.unready(checkout, "1.2.3")) == ["CHANGELOG.md has no section '## 1.2.3', or nothing is in it"]


def test_the_checksums_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"b")
    (tmp_path / "a").write_bytes(b"a")
    making.write_checksums(tmp_path)
    making.write_checksums(tmp_path)
    lines = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in ("a", "b")]
    assert (tmp_path / making.CHECKSUMS).read_text() == "".join(lines)
    subprocess.run(["sha256sum", "--check", making.CHECKSUMS], cwd=tmp_path, check=True, capture_output=True)


def test_what_differs_between_two_builds_is_named(tmp_path: Path) -> None:
    for folder, files in {"one": {"same": "x", "other": "1", "gone": ""}, "two": {"same": "x", "other": "2", "new": ""}}.items():
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text)
    assert making.different(tmp_path / "one", tmp_path / "two") == ["gone", "new", "other"]


def test_the_last_commands_name_what_is_signed_by_its_digest(tmp_path: Path) -> None:
    (tmp_path / "images.txt").write_text("glider-operator:1.2.3@sha256:abc\n")
    steps = making.next_steps(tmp_path, "1.2.3")
    assert "cosign sign $REGISTRY/glider-operator@sha256:abc" in steps
    assert f"skopeo copy --all oci-archive:{tmp_path}/glider-operator-1.2.3.oci.tar docker://$REGISTRY/glider-operator:1.2.3" in steps
