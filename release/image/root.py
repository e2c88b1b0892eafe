"""A root file system that is made of single files of another one, its base: each with the symbolic links that lead to it, and each
program and library with the libraries that it needs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from release.image import elf

#: Where the dynamic loader searches in the end, after what a file itself and /etc/ld.so.conf name.
_LIBRARY_FOLDERS = ("lib/{triplet}", "usr/lib/{triplet}", "lib64", "usr/lib64", "lib", "usr/lib")
TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


class MissingFileError(Exception):
    """The base lacks what the image needs."""


class Root:
    """The file system under way. Paths are without the leading slash; `taken` are those of the base's files that are in it."""

    def __init__(self, folder: Path, *, base: Path, architecture: str) -> None:
        self.folder, self.base, self.architecture = folder, base, architecture
        self.taken: set[str] = set()

    def find(self, path: str) -> str | None:
        """Where this path of the base leads, through links of files and folders; None where nothing is there."""
        steps = list(self._steps(path))
        return steps[-1] if (self.base / steps[-1]).exists() else None

    def add(self, path: str) -> str:
        """Take the file, with the links along its path; a folder with all in it. Returns where the path leads."""
        steps = list(self._steps(path))
        source = self.base / steps[-1]
        if not os.path.lexists(source):
            raise MissingFileError(f"the base has no /{path}")
        for link in steps[:-1]:
            self._link(link)
        if source.is_dir():
            (self.folder / steps[-1]).mkdir(parents=True, exist_ok=True)
            for inner in sorted(entry.name for entry in source.iterdir()):
                if self.find(f"{steps[-1]}/{inner}"):
                    self.add(f"{steps[-1]}/{inner}")
        else:
            self._copy(steps[-1])
        return steps[-1]

    def add_libraries(self, *, apart_from: str | None = None) -> None:
        """Take what the programs and libraries in here need, and what those need in turn; those in one folder may be for elsewhere."""
        done = set(self._files(below=apart_from)) if apart_from else set()
        while files := [path for path in self._files() if path not in done]:
            for path in files:
                done.add(path)
                if found := elf.read(path):
                    self._add_libraries_of(path.relative_to(self.folder), found)

    def add_library(self, name: str, *, search: Sequence[str] = (), needed_by: str) -> None:
        """Take a library by its name, from where the dynamic loader would find it in the base."""
        found = next((f"{folder}/{name}" for folder in [*search, *self._library_folders()] if self.find(f"{folder}/{name}")), None)
        if found is None:
            raise MissingFileError(f"{needed_by} needs {name}, which the base doesn't have")
        self.add(found)

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        """A file of our own."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def settle(self, *, time: int) -> None:
        """All files readable to all and writable to root alone, none with another's rights, all of one time: nothing is left of who
        built it, and when.
        """
        for path in [self.folder, *sorted(self.folder.rglob("*"))]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o111 else 0o644)
            os.utime(path, (time, time), follow_symlinks=False)

    def _add_libraries_of(self, path: Path, found: elf.Elf) -> None:
        if found.interpreter and not os.path.lexists(self.folder / found.interpreter.lstrip("/")):
            self.add(found.interpreter.lstrip("/"))
        own = [folder.replace("$ORIGIN", f"/{path.parent}").replace("${ORIGIN}", f"/{path.parent}").lstrip("/") for folder in found.search]
        for name in found.needed:
            if any((self.folder / folder / name).exists() for folder in own):
                continue  # comes along with a wheel
            self.add_library(name, search=own, needed_by=f"/{path}")

    def _library_folders(self) -> list[str]:
        configured = []
        for file in sorted((self.base / "etc" / "ld.so.conf.d").glob("*.conf")):
            configured += [line.strip().lstrip("/") for line in file.read_text().splitlines() if line.startswith("/")]
        triplet = TRIPLETS[self.architecture]
        return [*(folder.format(triplet=triplet) for folder in _LIBRARY_FOLDERS), *configured]

    def _files(self, *, below: str = ".") -> Iterator[Path]:
        return (path for path in sorted((self.folder / below).rglob("*")) if path.is_file() and not path.is_symlink())

    def _copy(self, path: str) -> None:
        self.taken.add(path)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(self.base / path, target)
            shutil.copymode(self.base / path, target)

    def _link(self, path: str) -> None:
        self.taken.add(path)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(target):
            target.symlink_to((self.base / path).readlink())

    def _steps(self, path: str) -> Iterator[str]:
        """Each link on the way, and at last the path without any; absolute links lead to the base's own files."""
        links, done, rest = 0, "", [part for part in path.split("/") if part]
        while rest:
            part = rest.pop(0)
            here = os.path.normpath(f"{done}/{part}" if done else part)
            if here in ("..", "."):
                done = ""  # above the root is the root
                continue
            if (self.base / here).is_symlink():
                links += 1
                if links > 40:
                    raise MissingFileError(f"/{path}: its links lead around in a circle")
                yield here
                target = str((self.base / here).readlink())
                if target.startswith("/"):
                    done = ""
                rest = [part for part in target.split("/") if part] + rest
            else:
                done = here
        yield done
