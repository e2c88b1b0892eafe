"""Unpacking: whole or not at all, and nowhere else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from glider.loading.archives import ArchiveError, unpack


def member(name: str, content: bytes | None = b"x", **more: object) -> tuple[tarfile.TarInfo, bytes | None]:
    info = tarfile.TarInfo(name)
    info.mode = 0o644
    info.size = len(content or b"")
    for key, value in more.items():
        setattr(info, key, value)
    return info, content


def link(name: str, target: str, *, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes | None]:
    return member(name, None, type=kind, linkname=target)


def archive_of(folder: Path, *members: tuple[tarfile.TarInfo, bytes | None]) -> str:
    path = folder / "code.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for info, content in members:
            tar.addfile(info, None if content is None else io.BytesIO(content))
    return str(path)


def unpacked(tmp_path: Path, *members: tuple[tarfile.TarInfo, bytes | None], **limits: int) -> Path:
    destination = tmp_path / "code"
    destination.mkdir(exist_ok=True)
    unpack(archive_of(tmp_path, *members), str(destination), staging=str(destination / ".staging"), **limits)
    shutil.rmtree(destination / ".staging")
    return destination


def test_files_folders_and_inner_links_arrive(tmp_path: Path) -> None:
    code = unpacked(
        tmp_path,
        member(".", None, type=tarfile.DIRTYPE),
        member("./package/__init__.py", b"one"),
        member("empty", None, type=tarfile.DIRTYPE),
        member("run.sh", b"#!", mode=0o755),
        link("same", "package"),
        link("package/up", "../run.sh"),
        link("hard", "./package/__init__.py", kind=tarfile.LNKTYPE),
    )
    assert (code / "same" / "__init__.py").read_bytes() == (code / "hard").read_bytes() == b"one"
    assert (code / "package" / "up").read_bytes() == b"#!"
    assert os.access(code / "run.sh", os.X_OK)
    assert (code / "empty").is_dir()


def test_what_is_there_stays_unless_the_archive_has_it_too(tmp_path: Path) -> None:
    code = tmp_path / "code"
    (code / "package").mkdir(parents=True)
    (code / "package" / "old.py").write_text("old")
    (code / "package" / "both.py").write_text("old")
    (tmp_path / "elsewhere").mkdir()
    (code / "linked").symlink_to(tmp_path / "elsewhere")
    unpacked(tmp_path, member("package/both.py", b"new"), member("linked/file", b"new"))
    assert (code / "package" / "old.py").read_text() == "old"
    assert (code / "package" / "both.py").read_text() == "new"
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    ("members", "says"),
    [
        pytest.param([member("../out")], "../out: expected a name below", id="a name that leads out"),
        pytest.param([member("a/../../out")], "leads out of it", id="a name that leads out later"),
        pytest.param([member("/etc/out")], "/etc/out: expected a name below", id="an absolute name"),
        pytest.param([link("out", "/etc/passwd")], 'out: expected links below .* "/etc/passwd"', id="a link to an absolute path"),
        pytest.param([link("a/out", "../../x")], 'a/out: expected links below .* "../../x"', id="a link that leads out"),
        pytest.param([link("in", "."), link("out", "in/..")], "expected links below", id="a link that leads out by another"),
        pytest.param([link("a", "b/.."), link("b", "."), member("a/x")], "leads out", id="a link that leads out by a later one"),
        pytest.param([link("out", ".."), member("out/x")], "out/x: expected a name below", id="a file through a link that leads out"),
        pytest.param([link("hard", "../x", kind=tarfile.LNKTYPE)], "leads out", id="a hard link that leads out"),
        pytest.param([link("hard", "x", kind=tarfile.LNKTYPE)], "an earlier file", id="a hard link to nothing"),
        pytest.param([link("s", "x"), link("hard", "s", kind=tarfile.LNKTYPE)], "an earlier file", id="a hard link to a link"),
        pytest.param([member("a"), member("a/b")], "found both: a", id="a file that is a folder too"),
        pytest.param([member("a/b"), member("a")], "found both: a", id="a folder that is a file too"),
        pytest.param([member("null", None, type=tarfile.CHRTYPE)], "null: expected files.*device", id="a device"),
        pytest.param([member("pipe", None, type=tarfile.FIFOTYPE)], "pipe: expected files.*pipe", id="a pipe"),
    ],
)
def test_what_must_not_be_unpacked_leaves_nothing(tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes | None]], says: str) -> None:
    with pytest.raises(ArchiveError, match=says):
        unpacked(tmp_path, member("good.py"), *members)
    assert [path.name for path in (tmp_path / "code").iterdir()] == [".staging"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("limit", ["most_bytes", "most_members"])
def test_limits(tmp_path: Path, limit: str) -> None:
    with pytest.raises(ArchiveError, match="expected at most 2"):
        unpacked(tmp_path, member("a"), member("b"), member("c"), **{limit: 2})


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
        pytest.param(lambda data: b"no archive", id="something else"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:-8] + bytes(8), id="with a wrong checksum"),
    ],
)
def test_a_broken_archive_leaves_nothing(tmp_path: Path, broken: object) -> None:
    path = Path(archive_of(tmp_path, member("a.py", os.urandom(100_000)), member("b.py", os.urandom(100_000))))
    path.write_bytes(broken(path.read_bytes()))  # type: ignore[operator]
    (tmp_path / "code").mkdir()
    with pytest.raises(ArchiveError, match="expected a whole gzipped tar archive"):
        unpack(str(path), str(tmp_path / "code"), staging=str(tmp_path / "code" / ".staging"))
    assert [entry.name for entry in (tmp_path / "code").iterdir()] == [".staging"]


def placed(tmp_path: Path, data: bytes) -> Path:
    """What is unpacked of a file called code.tar.gz that holds `data`."""
    (tmp_path / "code.tar.gz").write_bytes(data)
    code = tmp_path / "code"
    code.mkdir()
    unpack(str(tmp_path / "code.tar.gz"), str(code), staging=str(code / ".staging"))
    shutil.rmtree(code / ".staging")
    return code


def tar_of(mode: str, *names: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as tar:  # type: ignore[call-overload]
        for name in names:
            info, content = member(name, os.urandom(3000))
            tar.addfile(info, io.BytesIO(content or b""))
    return data.getvalue()


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"], ids=["plain, as flytectl uploads it", "gzip", "bzip2", "xz"])
def test_an_archive_is_known_by_its_content(tmp_path: Path, mode: str) -> None:
    assert sorted(path.name for path in placed(tmp_path, tar_of(mode, "a.py", "b.py")).iterdir()) == ["a.py", "b.py"]


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_an_archive_of_any_kind_that_is_cut_off_leaves_nothing(tmp_path: Path, mode: str, share: float) -> None:
    data = tar_of(mode, "a.py", "b.py")
    whole = len(data) if mode != "w:" else 7680  # the rest is padding
    with pytest.raises(ArchiveError, match="expected a whole gzipped tar archive"):
        placed(tmp_path, data[: int(whole * share)])
    assert [entry.name for entry in (tmp_path / "code").iterdir()] == [".staging"]


@pytest.mark.parametrize("length", [3584, 7168], ids=["after the first member", "after the last member"])
def test_a_plain_archive_that_is_cut_off_between_members_leaves_nothing(tmp_path: Path, length: int) -> None:
    with pytest.raises(ArchiveError, match="cut off after a member"):
        placed(tmp_path, tar_of("w:", "a.py", "b.py")[:length])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04" + bytes(200), "found a zip archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(200), "expected a whole gzipped tar archive"),
        (b"\xfd7zXZ\x00" + bytes(200), "expected a whole gzipped tar archive"),
        (b"BZh91AY&SY" + bytes(200), "expected a whole gzipped tar archive"),
    ],
    ids=["zip", "zstd", "xz that is broken", "bzip2 that is broken"],
)
def test_what_is_no_tar_is_named(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(ArchiveError, match=says):
        placed(tmp_path, data)


def header_without_end(*, kind: bytes, size: int) -> bytes:
    """What names the next member, or has its attributes, by as many bytes as it likes."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf() + b"\0" * size + member("x")[0].tobuf()


@pytest.mark.parametrize(
    "pack", [pytest.param(gzip.compress, id="gzip"), pytest.param(bz2.compress, id="bzip2"), pytest.param(lzma.compress, id="xz")]
)
@pytest.mark.parametrize("kind", [pytest.param(tarfile.XHDTYPE, id="attributes"), pytest.param(tarfile.GNUTYPE_LONGNAME, id="a name")])
def test_a_few_bytes_do_not_become_a_name_of_gigabytes(tmp_path: Path, pack: Callable[[bytes], bytes], kind: bytes) -> None:
    bomb = pack(header_without_end(kind=kind, size=16 << 20))
    assert len(bomb) < 32 << 10
    (tmp_path / "code.tar.gz").write_bytes(bomb)
    tracemalloc.start()
    with pytest.raises(ArchiveError, match="expected names of at most 8388608 bytes in the archive, found more"):
        unpack(str(tmp_path / "code.tar.gz"), str(tmp_path), staging=str(tmp_path / ".staging"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 << 20
