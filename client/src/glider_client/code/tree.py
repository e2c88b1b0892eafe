"""The files of a folder that belong into the archive of it, in the archive's order."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from glider_client.code.ignoring import IGNORE_FILES, DockerRules, GitRules, always_ignored

#: So that a home directory doesn't become an archive of it.
MOST_FILES = 50_000


class ArchiveError(Exception):
    """The folder can't become an archive; the message is for the user."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file, or a link: then `link` is where it leads, from its own folder."""

    path: str
    source: Path
    size: int = 0
    executable: bool = False
    link: str = ""


def entries_of(root: Path, *, only: Collection[Path] | None = None) -> list[Entry]:
    """What belongs into the archive of `root`, sorted by path.

    Args:
        root: the folder.
        only: these files alone, whatever is to be ignored.

    Raises:
        ArchiveError: something in it can't be in an archive.
    """
    root = root.resolve()
    if only is not None:
        found = [_entry(path, path.relative_to(root).as_posix(), root) for path in only]
    elif not root.is_dir():
        raise ArchiveError(f"{root}: expected a folder, found {'a file' if root.exists() else 'nothing there'}")
    else:
        found = []
        for entry in _walk(root, "", root, GitRules.above(root), DockerRules.of(root)):
            found.append(entry)
            if len(found) > MOST_FILES:
                raise ArchiveError(f"{root}: expected at most {MOST_FILES} files, found more; leave some out with {IGNORE_FILES}")
    return sorted(found, key=lambda entry: entry.path.encode(errors="surrogateescape"))


def _walk(folder: Path, within: str, root: Path, git: GitRules, docker: DockerRules) -> Iterator[Entry]:
    git = git.within(folder, within)
    try:
        children = sorted(os.scandir(folder), key=lambda child: child.name)
    except OSError as error:
        raise _unreadable(folder, root, error) from error
    for child in children:
        path, place = f"{within}{child.name}", Path(child.path)
        if child.is_dir(follow_symlinks=False):
            if not (always_ignored(child.name, folder=place) or git.ignore(f"{path}/") or docker.ignore_folder(path)):
                yield from _walk(place, f"{path}/", root, git, docker)
        elif not (always_ignored(child.name) or git.ignore(path) or docker.ignore(path)):
            yield _entry(place, path, root)


def _entry(source: Path, path: str, root: Path) -> Entry:
    if not path.isprintable() or "\udc80" <= max(path) <= "\udcff":
        raise ArchiveError(f"{path!r}: expected a file's name in UTF-8 that can be printed; rename it, or add it to {IGNORE_FILES}")
    try:
        found = source.lstat()
    except OSError as error:
        raise _unreadable(source, root, error) from error
    if stat.S_ISLNK(found.st_mode):
        return Entry(path=path, source=source, link=_link(source, path, root))
    if not stat.S_ISREG(found.st_mode):
        raise ArchiveError(f"{path}: expected files, folders and links, found {_kind(found.st_mode)}; add it to {IGNORE_FILES}")
    if not os.access(source, os.R_OK):
        raise _unreadable(source, root, PermissionError(13, "Permission denied"))
    return Entry(path=path, source=source, size=found.st_size, executable=bool(found.st_mode & stat.S_IXUSR))


def _link(source: Path, path: str, root: Path) -> str:
    """Where the link leads, from its own folder, so that it does in the pod, too."""
    target = Path(os.path.normpath(source.parent / source.readlink()))
    if not target.is_relative_to(root) or not Path(os.path.realpath(target)).is_relative_to(root):
        raise ArchiveError(
            f"{path}: expected a link to something in {root}, found one to {source.readlink()}, which a pod doesn't have; "
            f"put it into the folder, or add the link to {IGNORE_FILES}"
        )
    return Path(os.path.relpath(target, source.parent)).as_posix()


def _kind(mode: int) -> str:
    kinds = {stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISBLK: "a device", stat.S_ISCHR: "a device"}
    return next((words for is_kind, words in kinds.items() if is_kind(mode)), "something else")


def _unreadable(path: Path, root: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"{path.relative_to(root)}: expected something that can be read, found: {error.strerror or error}; "
        f"change its permissions, or add it to {IGNORE_FILES}"
    )
