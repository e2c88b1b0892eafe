"""The same files are the same bytes, the executor unpacks them, and what can't be in an archive is named."""

from __future__ import annotations

import base64
import gzip
import os
import socket
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from glider.loading.archives import unpack
from glider_client.code import tree
from glider_client.code.archive import make_archive, megabytes
from glider_client.code.parts import code_in_config_maps, code_in_store, config_maps, names_of
from glider_client.code.tree import ArchiveError
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS, MOST_PART_BYTES


def project(root: Path) -> Path:
    (root / "pkg").mkdir(parents=True)
    (root / "pkg" / "__init__.py").write_text("")
    (root / "pkg" / "tasks.py").write_text("x = 1\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link.py").symlink_to("pkg/tasks.py")
    (root / "pkg" / "data").symlink_to(root / "run.sh")
    return root


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = project(tmp_path / "one"), project(tmp_path / "two" / "elsewhere")
    for path in second.rglob("*.py"):
        os.utime(path, (1, 1))
        if not path.is_symlink():
            path.chmod(0o600)
    assert make_archive(first).data == make_archive(second).data


def test_another_process_with_another_umask_and_locale_makes_the_same(tmp_path: Path) -> None:
    root = project(tmp_path / "one")
    script = (
        "import os, sys, pathlib; os.umask(0o77); from glider_client.code.archive import make_archive; "
        "print(make_archive(pathlib.Path(sys.argv[1])).sha256)"
    )
    variables = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    found = subprocess.run([sys.executable, "-c", script, str(root)], env=variables, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == make_archive(root).sha256


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: (root / "pkg" / "tasks.py").write_text("x = 2\n"), id="a file's content"),
        pytest.param(lambda root: (root / "pkg" / "tasks.py").chmod(0o755), id="that a file can be executed"),
        pytest.param(lambda root: (root / "pkg" / "tasks.py").rename(root / "pkg" / "task.py"), id="a file's name"),
        pytest.param(lambda root: (root / "more.py").write_text(""), id="another file"),
    ],
)
def test_a_change_changes_the_archive(tmp_path: Path, change) -> None:
    root = project(tmp_path / "one")
    (root / "link.py").unlink()
    before = make_archive(root).sha256
    change(root)
    assert make_archive(root).sha256 != before


def test_the_executor_unpacks_it(tmp_path: Path) -> None:
    archive = make_archive(project(tmp_path / "one"))
    (tmp_path / "a.tar.gz").write_bytes(archive.data)
    (tmp_path / "out").mkdir()
    unpack(str(tmp_path / "a.tar.gz"), str(tmp_path / "out"), staging=str(tmp_path / "staging"))
    out = tmp_path / "out"
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*")) == [
        "link.py",
        "pkg",
        "pkg/__init__.py",
        "pkg/data",
        "pkg/tasks.py",
        "run.sh",
    ]
    assert os.access(out / "run.sh", os.X_OK)
    assert not os.access(out / "pkg" / "__init__.py", os.X_OK)
    assert ((out / "link.py").readlink(), (out / "pkg" / "data").readlink()) == (Path("pkg/tasks.py"), Path("../run.sh"))


def test_members_have_neither_times_nor_owners(tmp_path: Path) -> None:
    archive = make_archive(project(tmp_path / "one"))
    with tarfile.open(fileobj=BytesIO(archive.data)) as tar:
        found = {(member.mtime, member.uid, member.gid, member.uname, member.gname) for member in tar}
    assert found == {(0, 0, 0, "", "")}
    assert gzip.decompress(archive.data)
    assert [entry.path for entry in archive.files] == ["link.py", "pkg/__init__.py", "pkg/data", "pkg/tasks.py", "run.sh"]


def test_only_some_files_can_be_taken(tmp_path: Path) -> None:
    root = project(tmp_path / "one")
    assert [entry.path for entry in make_archive(root, only=[root / "pkg" / "tasks.py"]).files] == ["pkg/tasks.py"]


def outside(root: Path) -> None:
    (root.parent / "secret").write_text("x")
    (root / "away").symlink_to("../secret")


def twice(root: Path) -> None:
    (root / "hop").symlink_to("hop2")
    (root / "hop2").symlink_to("/etc/hostname")


def listening(root: Path) -> None:
    folder = os.open(root, os.O_RDONLY)  # a socket's path may have 107 characters
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{folder}/s")
    os.close(folder)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(
            outside,
            "away: expected a link to something in {root}, found one to ../secret, which a pod doesn't have",
            id="a link out of the folder",
        ),
        pytest.param(twice, "hop: expected a link to something in {root}, found one to hop2", id="a link to a link out of it"),
        pytest.param(
            lambda root: os.mkfifo(root / "p"), "p: expected files, folders and links, found a pipe; add it to .gitignore", id="a pipe"
        ),
        pytest.param(listening, "s: expected files, folders and links, found a socket; add it to .gitignore", id="a socket"),
        pytest.param(
            lambda root: (root / "a\nb").write_text(""),
            "'a\\nb': expected a file's name in UTF-8 that can be printed",
            id="a line's end in a name",
        ),
        pytest.param(
            lambda root: Path(os.fsdecode(os.fsencode(root) + b"/\xff")).write_text(""),
            "'\\udcff': expected a file's name in UTF-8",
            id="a name that is no text",
        ),
    ],
)
def test_refuses(tmp_path: Path, make, expected: str) -> None:
    root = project(tmp_path / "one")
    make(root)
    with pytest.raises(ArchiveError) as refused:
        make_archive(root)
    assert str(refused.value).startswith(expected.format(root=root))


def test_refuses_a_file_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake, since root can read all files."""
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "run.sh")
    with pytest.raises(ArchiveError, match=r"^run\.sh: expected something that can be read, found: Permission denied"):
        make_archive(project(tmp_path / "one"))


def test_refuses_a_folder_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: Path):
        if Path(path).name == "pkg":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(ArchiveError, match=r"^pkg: expected something that can be read, found: Permission denied"):
        make_archive(project(tmp_path / "one"))


def test_refuses_what_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="expected a folder, found nothing there"):
        make_archive(tmp_path / "none")


def test_too_many_bytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    root = project(tmp_path / "one")
    with (root / "model.bin").open("wb") as file:
        file.truncate(3 << 30)
    (root / "small.bin").write_bytes(bytes(2048))
    with pytest.raises(ArchiveError) as refused:
        make_archive(root)
    assert str(refused.value).startswith(
        f"the code in {root} is too large: expected files of at most 1.0 GiB, found 3.0 GiB. "
        "The largest files are model.bin (3.0 GiB), small.bin (2.0 KiB), "
    )
    assert "Leave out what isn't code with .gitignore, .dockerignore or .flyteignore" in str(refused.value)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_FILES", 3)
    with pytest.raises(ArchiveError, match="expected at most 3 files, found more"):
        make_archive(project(tmp_path / "one"))


def test_config_maps_hold_it_in_parts(tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(os.urandom(MOST_PART_BYTES + 1000))
    archive = make_archive(tmp_path)
    owner = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "name": "a", "uid": "1"}
    maps = list(config_maps(archive, namespace="ns", owners=[owner]))
    assert [found["metadata"]["name"] for found in maps] == names_of(archive) == [f"glider-code-{archive.sha256[:16]}-{n}" for n in (0, 1)]
    assert b"".join(base64.b64decode(found["binaryData"]["part"]) for found in maps) == archive.data
    assert all(found["immutable"] and found["metadata"]["ownerReferences"] == [owner] for found in maps)
    assert code_in_config_maps(archive)["configMaps"] == names_of(archive)


def test_an_archive_for_config_maps_has_a_bound(tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(os.urandom(MOST_BYTES_IN_CONFIG_MAPS + 1))
    archive = make_archive(tmp_path)
    with pytest.raises(
        ArchiveError, match=r"expected an archive of at most .* for ConfigMaps.*noise\.bin.*or put it into a store with --storage"
    ):
        code_in_config_maps(archive)
    assert code_in_store(archive, uri="s3://b/x")["uri"] == "s3://b/x"


@pytest.mark.parametrize(("size", "words"), [(5, "5 bytes"), (2048, "2.0 KiB"), (3 << 20, "3.0 MiB"), (5 << 29, "2.5 GiB")])
def test_sizes_in_words(size: int, words: str) -> None:
    assert megabytes(size) == words
