"""What a task needs beside its code: from a requirements file, and from a script's own metadata (PEP 723).

They travel in one variable, whose words are pip's arguments, with spaces between them. So none may be in a requirement: they are taken
out where they mean nothing, and what can't do without is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import tomllib

from glider_client.registration.errors import RegistrationError

#: The block of a script's metadata, as PEP 723 has it.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(?:^#(?:| .*)$\s)+)^# ///$")
#: A # behind a space begins a comment, any other is part of a URL.
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_INDEXES = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links")
_FLAGS = ("--pre", "--no-index")
_INCLUDES = ("-r", "--requirement")
_WHOLE = ("--index-url=", "--extra-index-url=", "--find-links=", *_FLAGS)
_LONG = {"-i": "--index-url", "-f": "--find-links"}
_MOST_DEEP = 10
#: A requirement by name, before its marker, and a marker, as far as pip refuses anything else in the pod.
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,;()<>=!~]+"
_VERSIONS = rf"{_VERSION}(?:\s*,\s*{_VERSION})*\s*,?"
_EXTRAS = rf"\[\s*(?:{_NAME}(?:\s*,\s*{_NAME})*)?\s*\]"
_NAMED = re.compile(rf"{_NAME}\s*(?:{_EXTRAS})?\s*(?:@\s*\S+|{_VERSIONS}|\(\s*{_VERSIONS}\s*\))?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_COMPARED = re.compile(r"[^;\[\]]*(?:[<>=!~]=?|\bin\b)[^;\[\]]*")
_WORDS = re.compile(r"""("[^"]*"|'[^']*'|[()]|\s+)""")


def read_requirements(path: Path) -> list[str]:
    """The arguments for pip of a requirements file, those of the files that it includes (`-r`) too.

    Raises:
        RegistrationError: it isn't there, or something in it can't travel; the message has the line.
    """
    return list(_lines(path, deep=0))


def script_requirements(path: Path) -> list[str]:
    """The arguments for pip of the metadata in a script (PEP 723); none where there is none.

    Raises:
        RegistrationError: it is no metadata, or something in it can't travel.
    """
    blocks = [match for match in _BLOCK.finditer(path.read_text(encoding="utf-8", errors="replace")) if match["type"] == "script"]
    if not blocks:
        return []
    if len(blocks) > 1:
        raise RegistrationError(f"{path}: expected one block `# /// script`, found {len(blocks)}")
    content = "".join(line[2:] if line.startswith("# ") else line[1:] for line in blocks[0]["content"].splitlines(keepends=True))
    try:
        found = tomllib.loads(content).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        raise RegistrationError(f"{path}: expected TOML in the block `# /// script`, found: {error}") from error
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise RegistrationError(f"{path}: expected a list of requirements as dependencies in the block `# /// script`, found {found!r}")
    return normalized(found, where=f"{path}: dependencies")


def normalized(requirements: Sequence[str], *, where: str) -> list[str]:
    """`requirements` without spaces; twice is as good as once.

    Raises:
        RegistrationError: one can't travel.
    """
    return [_requirement(requirement, where=where) for requirement in requirements]


def _lines(path: Path, *, deep: int) -> Iterator[str]:
    if deep > _MOST_DEEP:
        raise RegistrationError(f"{path}: expected at most {_MOST_DEEP} files that include each other, found more; does it include itself?")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistrationError(f"{path}: expected a file of requirements, found: {getattr(error, 'strerror', None) or error}") from error
    for number, line in _joined(text):
        where = f"{path}, line {number}"
        option, _, rest = line.replace("=", " ", 1).partition(" ") if line.startswith("--") else line.partition(" ")
        if option in _INCLUDES:
            yield from _lines(path.parent / rest.strip(), deep=deep + 1)
        elif option in _INDEXES:
            yield f"{_LONG.get(option, option)}={rest.strip()}"
        elif line in _FLAGS:
            yield line
        elif line.startswith("-"):
            raise RegistrationError(f"{where}: expected requirements, -r, {', '.join((*_INDEXES, *_FLAGS))}, found {line}")
        else:
            yield _requirement(line, where=where)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """The lines without comments, those that end in a backslash with the next, and their numbers."""
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = first if begun else number
        if line.endswith("\\"):
            begun += f"{line[:-1]} "
            continue
        whole = _COMMENT.sub("", begun + line).strip()
        begun = ""
        if whole:
            yield first, whole


def _requirement(text: str, *, where: str) -> str:
    whole = " ".join(text.split())
    if " " not in whole and whole.startswith(_WHOLE):
        return whole
    if "--hash" in whole:
        raise RegistrationError(f"{where}: expected a requirement without --hash, which pip takes from files alone, found {whole}")
    if whole.startswith((".", "/", "-")):
        raise RegistrationError(f"{where}: expected a requirement by name or URL, found {whole}; code of your own travels by itself")
    name, semicolon, marker = _split(whole)
    if not (_NAMED.fullmatch(name.strip()) or _URL.fullmatch(name.strip())) or (semicolon and not _COMPARED.fullmatch(marker)):
        raise RegistrationError(f"{where}: expected a requirement such as numpy or 'numpy>=1.2,<2', found {whole!r}")
    found = re.sub(r"\s+", "", name)
    if semicolon:
        # behind a URL the marker needs a space
        if "@" in name and "://" in name:
            raise RegistrationError(f"{where}: expected a URL without a marker, since no space can travel, found {whole}")
        found += f";{_marker(marker, where=where)}"
    if " " in found:
        raise RegistrationError(f"{where}: expected a requirement without spaces in quotes, since none can travel, found {whole}")
    return found


def _split(text: str) -> tuple[str, str, str]:
    """The requirement and its marker; a semicolon in a URL has no space beside it."""
    if "://" in text:
        name, semicolon, marker = text.partition(" ;")
        return name, semicolon, marker
    return text.partition(";")


def _marker(text: str, *, where: str) -> str:
    """Without spaces: what stands beside `and` and `or` goes into brackets, after which packaging needs none."""
    terms: list[str] = [""]
    depth = 0
    for part in _parts(text):
        if part in ("and", "or") and depth == 0:
            terms += [part, ""]
            continue
        depth += {"(": 1, ")": -1}.get(part, 0)
        terms[-1] += part if part in ("(", ")") or not terms[-1] else f" {part}"
    return "".join(term if term in ("and", "or") else _term(term.strip(), alone=len(terms) == 1, where=where) for term in terms)


def _term(text: str, *, alone: bool, where: str) -> str:
    if text.startswith("(") and text.endswith(")"):
        return f"({_marker(text[1:-1], where=where)})"
    words = [part for part in _WORDS.split(text) if part and not part.isspace()]
    if "in" in words:
        raise RegistrationError(f"{where}: expected a marker without `in`, since no space can travel, found {text}")
    found = "".join(words)
    return found if alone else f"({found})"


def _parts(text: str) -> Iterator[str]:
    for part in _WORDS.split(text):
        if part and not part.isspace():
            yield part
