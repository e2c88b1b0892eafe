"""The wheels and source archives of the distributions, and archives that are the same bytes at each build."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from release import front_end
from release.versions import DISTRIBUTIONS
from tests.cluster import wheels


def build(folder: Path, *, time: int) -> None:
    """A wheel and a source archive of each distribution."""
    front_end.build()
    wheels.build(folder, DISTRIBUTIONS)
    with tempfile.TemporaryDirectory() as scratch:
        for distribution in DISTRIBUTIONS:
            source = wheels.copy_source(distribution, Path(scratch))
            # setuptools is the development environment's, which constraints.txt pins.
            command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", f"--outdir={scratch}/made", str(source)]
            subprocess.run(command, check=True, capture_output=True, env=os.environ | {"SOURCE_DATE_EPOCH": str(time)})
        for archive in sorted((Path(scratch) / "made").glob("*.tar.gz")):
            (folder / archive.name).write_bytes(normal(archive.read_bytes(), time=time))


def write_tar(archive: Path, folder: Path, *, time: int) -> None:
    """The folder's files as a .tar, sorted, all of one time, and root's."""
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as made:
        for path in sorted(folder.rglob("*")):
            member = made.gettarinfo(str(path), arcname=str(path.relative_to(folder)))
            _settle(member, time)
            with path.open("rb") if path.is_file() else io.BytesIO() as content:
                made.addfile(member, content)


def normal(archive: bytes, *, time: int) -> bytes:
    """A .tar.gz with its members sorted, all of one time, and root's; the content of the files is the same."""
    made = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as source,
        gzip.GzipFile(fileobj=made, mode="wb", mtime=time, filename="") as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as target,
    ):
        for member in sorted(source.getmembers(), key=lambda member: member.name):
            _settle(member, time)
            target.addfile(member, source.extractfile(member) if member.isfile() else None)
    return made.getvalue()


def _settle(member: tarfile.TarInfo, time: int) -> None:
    """Leave nothing of who made the archive, and when."""
    member.mtime, member.uid, member.gid, member.uname, member.gname, member.pax_headers = time, 0, 0, "", "", {}
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
