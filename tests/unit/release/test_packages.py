"""What a release packs is the same bytes at each build: in another folder, at another time, by another user."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest

from release import packages
from tests.cluster import wheels
from tests.conftest import ROOT

TIME = 1_000_000_000


def archive(names: list[str], *, mtime: int, mode: int, uname: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as file:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode, member.uname = 1, mtime, mode, uname
            file.addfile(member, io.BytesIO(b"x"))
    return made.getvalue()


def test_an_archive_is_made_normal() -> None:
    one = packages.normal(archive(["b", "a"], mtime=1, mode=0o600, uname="me"), time=TIME)
    other = packages.normal(archive(["a", "b"], mtime=2, mode=0o664, uname="you"), time=TIME)
    assert one == other
    with tarfile.open(fileobj=io.BytesIO(one)) as file:
        members = file.getmembers()
    assert [(member.name, member.mtime, member.mode, member.uname) for member in members] == [
        ("a", TIME, 0o644, ""),
        ("b", TIME, 0o644, ""),
    ]


def test_a_folder_is_packed_with_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "file").write_text("content")
    packages.write_tar(tmp_path / "out.tar", tmp_path / "in", time=TIME)
    with tarfile.open(tmp_path / "out.tar") as file:
        assert file.getnames() == ["deep", "deep/file"]
        assert file.extractfile("deep/file").read() == b"content"  # type: ignore[union-attr]


def test_two_builds_of_a_wheel_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one's sources have other times and modes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(TIME))
    built = []
    for name, mode in (("one", 0o644), ("other", 0o600)):
        source = tmp_path / name / "core"
        shutil.copytree(ROOT / "core", source, ignore=shutil.ignore_patterns(*wheels.NOT_SOURCE), copy_function=shutil.copyfile)
        for path in source.rglob("*"):
            path.chmod(mode | (0o111 if path.is_dir() else 0))
        monkeypatch.setattr(wheels, "CHECKOUT", tmp_path / name)
        wheels.build(tmp_path / name, ["core"])
        (wheel,) = (tmp_path / name).glob("*.whl")
        built.append(wheel.read_bytes())
    assert built[0] == built[1]
