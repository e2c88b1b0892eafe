"""What a task's pod installs before it imports the task: named packages, requirements files, and the metadata of a script (PEP 723)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import tomllib

from glider_client.registration.errors import RegistrationError
from glider_client.registration.found import FoundTask

#: PEP 723's own expression.
_SCRIPT = re.compile(r"(?m)^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_COMMENT = re.compile(r"(^|\s+)#.*$")
#: What takes spaces in a marker.
_WORDS = re.compile(r";.*\s(?:and|or|in|not)\s")
_INCLUDES = re.compile(r"(?:-r|--requirement)[ =]?\s*(.+)")


def packages_of(found: FoundTask, *, packages: Sequence[str] = (), requirements: Sequence[Path] = ()) -> tuple[str, ...]:
    """All that is to be installed, in pip's words, each once.

    Args:
        found: the task, whose own file may have metadata.
        packages: packages by name.
        requirements: requirements files.

    Raises:
        RegistrationError: a file can't be read, or has an option that only pip's command line takes.
    """
    own = _file_of(found)
    named = [*(_script(own) if own is not None else ()), *packages, *(line for path in requirements for line in _requirements(path))]
    return tuple(dict.fromkeys(map(_without_spaces, named)))


def _without_spaces(package: str) -> str:
    """The executor takes them separated by spaces."""
    if _WORDS.search(package):
        raise RegistrationError(f"{package}: expected a package whose marker has no and, or, in and not; name it without the marker")
    return "".join(package.split())


def _file_of(found: FoundTask) -> Path | None:
    file = getattr(sys.modules.get(found.module), "__file__", None)
    return Path(file) if file else None


def _script(file: Path) -> list[str]:
    """The dependencies in the metadata of a script."""
    blocks = list(_SCRIPT.finditer(file.read_text(errors="replace")))
    if not blocks:
        return []
    if len(blocks) > 1:
        raise RegistrationError(f"{file}: expected one block of script metadata (# /// script), found {len(blocks)}")
    text = "".join(line[2:] if line.startswith("# ") else line[1:] for line in blocks[0]["content"].splitlines(keepends=True))
    try:
        found = tomllib.loads(text).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        raise RegistrationError(f"{file}: expected TOML in the script metadata, found {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise RegistrationError(f"{file}: expected a list of packages as dependencies of the script metadata, found {found!r}")
    return found


def _requirements(path: Path) -> Iterator[str]:
    try:
        lines = path.read_text().replace("\\\n", " ").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RegistrationError(f"{path}: expected a requirements file, found none that can be read: {error}") from error
    for line in lines:
        text = _COMMENT.sub("", line).strip()
        if match := _INCLUDES.fullmatch(text):
            yield from _requirements(path.parent / match[1].strip())
        elif text.startswith("-"):
            raise RegistrationError(f"{path}: expected packages, found the option {text}; build an image that has them, or leave it out")
        elif text:
            yield text
