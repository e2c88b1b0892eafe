"""What a release packs is the same bytes at each build: in another folder, at another time, by another user."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from release import front_end, packages
from tests.cluster import wheels
from tests.cluster.errors import ClusterError
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


def test_the_consoles_wheel_has_the_built_front_end(tmp_path: Path) -> None:
    wheels.build(tmp_path, ["console"])
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        packed = {name.removeprefix("glider_console/static/") for name in file.namelist() if "/static/" in name}
    assert packed == {str(path.relative_to(front_end.BUILT)) for path in front_end.BUILT.rglob("*") if path.is_file()}
    assert {"index.html", "licenses.json"} < packed


def test_the_consoles_source_archive_has_it_as_source_and_as_it_is_built(tmp_path: Path) -> None:
    done = pack_sources(wheels.copy_source("console", tmp_path))
    assert done.returncode == 0, done.stderr
    (archive,) = (tmp_path / "console" / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {"ui/package-lock.json", "ui/src/main.tsx", "src/glider_console/static/index.html", "setup.py"} <= names
    assert [name for name in names if "node_modules" in name] == []


def test_without_its_front_end_the_console_is_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever builds from a clone finds out what to do, and gets no console without pages."""
    unbuilt = tmp_path / "unbuilt" / "console"
    shutil.copytree(ROOT / "console", unbuilt, ignore=shutil.ignore_patterns(*wheels.NOT_SOURCE, "static"))
    monkeypatch.setattr(wheels, "CHECKOUT", tmp_path / "unbuilt")
    with pytest.raises(ClusterError, match=r"the front end isn't built: .*index\.html is missing. Run `npm ci` and `npm run build`"):
        wheels.build(tmp_path, ["console"])
    done = pack_sources(unbuilt)
    assert done.returncode != 0
    assert "the front end isn't built" in done.stdout + done.stderr


def pack_sources(source: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", str(source)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SOURCE_DATE_EPOCH": str(TIME)})
