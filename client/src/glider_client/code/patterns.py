"""Patterns of ignore files as regular expressions.

Of a .gitignore the last pattern that matches the path itself counts: a folder that is left out isn't entered, so patterns of its
parents need no regard. Docker matches the path or one of its parents.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Characters of a class such as [[:digit:]]. A slash is in none.
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x2e\\x30-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x2e\\x30-\\x7e",
    "punct": "!-.:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A line of an ignore file. An `exception` brings back what it matches; one for `folders` matches nothing else."""

    regex: re.Pattern[str]
    exception: bool
    folders: bool = False


def last_match(patterns: Sequence[Pattern], path: str) -> Pattern | None:
    """The last of `patterns` that matches `path`, which ends with a slash if it is a folder's."""
    folder, name = path.endswith("/"), path.removesuffix("/")
    fitting = (pattern for pattern in reversed(patterns) if (folder or not pattern.folders) and pattern.regex.fullmatch(name))
    return next(fitting, None)


def git_patterns(lines: Sequence[str]) -> tuple[Pattern, ...]:
    """Those of a .gitignore; what is no pattern is left out, as by git."""
    return tuple(pattern for line in lines for pattern in _git_pattern(line))


def docker_patterns(lines: Sequence[str]) -> tuple[Pattern, ...]:
    """Those of a .dockerignore: each is cleaned as a path, and begins at the root."""
    found: list[Pattern] = []
    for line in lines:
        text = line.strip()
        path = posixpath.normpath(text.removeprefix("!").strip()).lstrip("/")
        if text and not text.startswith("#") and path != ".":
            found += _compiled(_body(path), behind="(?:/.*)?", exception=text.startswith("!"))
    return tuple(found)


def _git_pattern(line: str) -> Iterator[Pattern]:
    text = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", line.rstrip("\r"))
    exception = text.startswith("!")
    text = text.removeprefix("!")
    if not text or (text.startswith("#") and not exception):
        return
    folders = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    if text:
        before = "" if anchored else "(?:.*/)?"
        yield from _compiled(_body(text), before=before, exception=exception, folders=folders)


def _compiled(body: str | None, *, before: str = "", behind: str = "", exception: bool, folders: bool = False) -> Iterator[Pattern]:
    if body is None:
        return
    try:
        yield Pattern(regex=re.compile(f"{before}{body}{behind}", re.DOTALL), exception=exception, folders=folders)
    except re.error:  # a range from z to a
        return


def _body(text: str) -> str | None:
    """Without what may stand before and behind it; None for a pattern that matches nothing."""
    parts = text.split("/")
    body = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**" and len(parts) > 1:
            body += "[^/]+(?:/[^/]+)*" if last else "(?:[^/]+/)*"
            continue
        segment = _segment(part)
        if segment is None:
            return None
        body += segment if last else f"{segment}/"
    return body


def _segment(text: str) -> str | None:
    found, place = "", 0
    while place < len(text):
        letter = text[place]
        place += 1
        if letter == "*":
            found += "[^/]*"
        elif letter == "?":
            found += "[^/]"
        elif letter == "\\":
            if place == len(text):
                return None
            found += re.escape(text[place])
            place += 1
        elif letter == "[":
            characters, place = _characters(text, place)
            if characters is None:
                return None
            found += characters
        else:
            found += re.escape(letter)
    return found


def _characters(text: str, place: int) -> tuple[str | None, int]:
    """The class that begins behind the bracket at `place`, and where it ends."""
    negated = text[place : place + 1] in ("!", "^")
    place += negated
    members, first = "", True
    while place < len(text) and (text[place] != "]" or first):
        first = False
        if text.startswith("[:", place) and (end := text.find(":]", place)) > 0:
            if (named := _CLASSES.get(text[place + 2 : end])) is None:
                return None, place
            members += named
            place = end + 2
            continue
        begin, place = _member(text, place)
        members += re.escape(begin)
        if text.startswith("-", place) and text[place + 1 : place + 2] not in ("]", ""):
            end_of_range, place = _member(text, place + 1)
            members += f"{re.escape(begin)}-{re.escape(end_of_range)}" if begin <= end_of_range else ""
    if place >= len(text):
        return None, place
    if not members:
        return ("[^/]" if negated else "(?!)"), place + 1
    return (f"[^/{members}]" if negated else f"(?!/)[{members}]"), place + 1


def _member(text: str, place: int) -> tuple[str, int]:
    if text[place] == "\\" and place + 1 < len(text):
        place += 1
    return text[place], place + 1
