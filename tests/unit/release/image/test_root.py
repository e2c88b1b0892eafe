"""A root file system of single files: links that lead to a file come along, and lead nowhere else than within the base."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from release.image.root import MissingFileError, Root
from tests.cluster.archives import architecture


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """As Debian is today: /lib is a link to /usr/lib."""
    base = tmp_path / "base"
    (base / "usr" / "lib" / "deep").mkdir(parents=True)
    (base / "lib").symlink_to("usr/lib")
    (base / "usr" / "lib" / "libx.so.1.2").write_text("x")
    (base / "usr" / "lib" / "libx.so.1").symlink_to("libx.so.1.2")
    (base / "usr" / "lib" / "deep" / "up").symlink_to("/lib/libx.so.1")
    return base


@pytest.fixture
def root(tmp_path: Path, base: Path) -> Root:
    return Root(tmp_path / "image", base=base, architecture="amd64")


def listing(folder: Path) -> dict[str, str]:
    """Each file with its content, each link with its target."""
    return {
        str(path.relative_to(folder)): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_links_of_folders_and_files_come_along(root: Root) -> None:
    assert root.add("lib/libx.so.1") == "usr/lib/libx.so.1.2"
    assert listing(root.folder) == {"lib": "-> usr/lib", "usr/lib/libx.so.1": "-> libx.so.1.2", "usr/lib/libx.so.1.2": "x"}
    assert root.taken == {"lib", "usr/lib/libx.so.1", "usr/lib/libx.so.1.2"}


def test_an_absolute_link_leads_to_the_bases_own_file(root: Root) -> None:
    assert root.add("usr/lib/deep/up") == "usr/lib/libx.so.1.2"
    assert (root.folder / "usr/lib/deep/up").readlink() == Path("/lib/libx.so.1")


def test_a_folder_comes_with_all_in_it_but_links_to_nothing(root: Root, base: Path) -> None:
    (base / "usr/lib/deep/dangling").symlink_to("nowhere")
    root.add("usr/lib/deep")
    assert sorted(listing(root.folder)) == ["lib", "usr/lib/deep/up", "usr/lib/libx.so.1", "usr/lib/libx.so.1.2"]


def test_links_above_the_root_stay_in_it(root: Root, base: Path) -> None:
    (base / "usr/lib/deep/out").symlink_to("../../../../../../usr/lib/libx.so.1.2")
    assert root.find("usr/lib/deep/out") == "usr/lib/libx.so.1.2"


def test_what_is_missing_is_named(root: Root) -> None:
    assert root.find("usr/bin/cp") is None
    with pytest.raises(MissingFileError, match="the base has no /usr/bin/cp"):
        root.add("usr/bin/cp")


def test_links_in_a_circle_are_refused(root: Root, base: Path) -> None:
    (base / "a").symlink_to("b")
    (base / "b").symlink_to("a")
    with pytest.raises(MissingFileError, match="circle"):
        root.add("a")


def test_a_program_comes_with_its_libraries(tmp_path: Path) -> None:
    root = Root(tmp_path / "image", base=Path("/"), architecture=architecture())
    program = root.add("bin/cp")
    root.add_libraries()
    needed = subprocess.run(["ldd", f"/{program}"], capture_output=True, text=True, check=True).stdout
    names = {line.split()[0] for line in needed.splitlines() if "=>" in line}
    assert "libc.so.6" in names
    assert names <= {path.name for path in root.folder.rglob("*")}


def test_nothing_is_left_of_who_built_it_and_when(root: Root) -> None:
    root.add("lib/libx.so.1")
    root.write("run", "#!/x", mode=0o4777)
    (root.folder / "usr/lib/libx.so.1.2").chmod(0o600)
    root.settle(time=1_000_000_000)
    assert {path.lstat().st_mtime for path in [root.folder, *root.folder.rglob("*")]} == {1_000_000_000}
    modes = {name: oct((root.folder / name).stat().st_mode & 0o7777) for name in ("run", "usr", "usr/lib/libx.so.1.2")}
    assert modes == {"run": "0o755", "usr": "0o755", "usr/lib/libx.so.1.2": "0o644"}
    assert os.path.lexists(root.folder / "lib")
