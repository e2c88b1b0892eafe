"""Which files of a folder stay here: by .gitignore with git's rules, by .dockerignore and .flyteignore with docker's, and always some.

git reads a .gitignore in each folder, from the top of the work tree down, and a deeper one wins. Docker's two files lie in the root
alone; their patterns begin there, and an exception may bring back a file of a folder that is left out.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from glider_client.code.patterns import Pattern, docker_patterns, git_patterns, last_match

#: Files with patterns, as they are named to people.
IGNORE_FILES = ".gitignore, .dockerignore or .flyteignore"

_GITIGNORE = ".gitignore"
_DOCKER = (".dockerignore", ".flyteignore")
#: Folders that are never code, or that nobody wants in a pod.
_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox", ".nox", ".eggs", ".ipynb_checkpoints"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".glider", ".idea", ".vscode", ".cache"),
    }
)
_ENDINGS_OF_FOLDERS = (".egg-info", ".dist-info")
_ENDINGS_OF_FILES = (".pyc", ".pyo", ".swp", "~")
_FILES = frozenset({".DS_Store", ".coverage"})
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"


def always_ignored(name: str, *, folder: Path | None = None) -> bool:
    """Whether a file of that name, or the `folder` of that name, is never in an archive."""
    if folder is None:
        return name in _FILES or name.endswith(_ENDINGS_OF_FILES) or name.startswith(".#")
    return name in _FOLDERS or name.endswith(_ENDINGS_OF_FOLDERS) or (folder / _VIRTUAL_ENVIRONMENT).is_file()


@dataclass(frozen=True, slots=True)
class GitRules:
    """The .gitignore files that count in a folder, the deepest first, each with its folder as a path from the top."""

    levels: tuple[tuple[str, tuple[Pattern, ...]], ...] = ()
    #: The archive's root as a path from the top of the work tree.
    root: str = ""

    @classmethod
    def above(cls, root: Path) -> GitRules:
        """Those of the folders above `root`, up to the top of the work tree that it is in, and of .git/info/exclude."""
        top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
        if top is None:
            return cls()
        within = root.relative_to(top).as_posix()
        rules = cls(root="" if within == "." else within)
        levels = _level("", top / ".git" / "info" / "exclude")
        parts = rules.root.split("/") if rules.root else []
        for depth in range(len(parts)):
            folder = "/".join(parts[:depth])
            levels = [*_level(folder, top / folder / _GITIGNORE), *levels]
        found = cls(levels=tuple(levels), root=rules.root)
        ancestors = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1))
        # who registers a folder that git ignores wants its files
        return cls() if any(cls(levels=found.levels).ignore(ancestor) for ancestor in ancestors) else found

    def within(self, folder: Path, path: str) -> GitRules:
        """With the .gitignore of `folder`, whose path from the archive's root is `path`."""
        here = posixpath.join(self.root, path).rstrip("/")
        return GitRules(levels=(*_level(here, folder / _GITIGNORE), *self.levels), root=self.root)

    def ignore(self, path: str) -> bool:
        """Whether `path`, from the archive's root, stays here; a folder's ends with a slash."""
        whole = posixpath.join(self.root, path)
        for folder, patterns in self.levels:
            found = last_match(patterns, whole[len(folder) + 1 :] if folder else whole)
            if found is not None:
                return not found.exception
        return False


@dataclass(frozen=True, slots=True)
class DockerRules:
    """.dockerignore and .flyteignore of the root: a file is ignored if one of the two ignores it."""

    files: tuple[tuple[Pattern, ...], ...] = ()

    @classmethod
    def of(cls, root: Path) -> DockerRules:
        """The rules of `root`."""
        return cls(tuple(docker_patterns(_lines(root / name)) for name in _DOCKER))

    def ignore(self, path: str) -> bool:
        """Whether the file at `path`, from the root, stays here."""
        found = (last_match(patterns, path) for patterns in self.files)
        return any(pattern is not None and not pattern.exception for pattern in found)

    def ignore_folder(self, path: str) -> bool:
        """Whether all that is in the folder at `path` stays here: an exception may be about something in it."""
        return self.ignore(path) and not any(pattern.exception for patterns in self.files for pattern in patterns)


def _level(folder: str, file: Path) -> list[tuple[str, tuple[Pattern, ...]]]:
    patterns = git_patterns(_lines(file))
    return [(folder, patterns)] if patterns else []


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").removeprefix("\ufeff").splitlines()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return []
