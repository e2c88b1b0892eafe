"""A function's docs and those of its parameters, in the three styles that people write: Google's, numpy's and Sphinx's."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTIONS = (
    "args|arguments|parameters|params|returns?|yields?|raises|examples?|notes?|warnings?|see also|references|attributes|todo|keyword args"
)
_GOOGLE = re.compile(rf"^(?P<name>{_SECTIONS}):\s*$", re.IGNORECASE)
_NUMPY = re.compile(rf"^(?P<name>{_SECTIONS})\s*$", re.IGNORECASE)
_PARAMETERS = frozenset({"args", "arguments", "parameters", "params", "keyword args"})
_GOOGLE_ITEM = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_NUMPY_ITEM = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?::.*)?$")
_SPHINX_ITEM = re.compile(r"^:param\s+(?:[^:]*\s)?\*{0,2}(?P<name>\w+)\s*:\s*(?P<text>.*)$")
_SPHINX_FIELD = re.compile(r"^:\w+[^:]*:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Docs:
    """What a docstring has: its text without the sections, and each parameter's, in one line."""

    text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def docs_of(docstring: str | None) -> Docs:
    """What `docstring` has."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    begin = next((number for number in range(len(lines)) if _begins_a_section(lines, number)), len(lines))
    return Docs(text="\n".join(lines[:begin]).strip(), parameters=_parameters(lines[begin:]))


def _begins_a_section(lines: list[str], number: int) -> bool:
    line = lines[number]
    return bool(_GOOGLE.match(line) or _SPHINX_FIELD.match(line) or (_NUMPY.match(line) and _is_underlined(lines, number)))


def _is_underlined(lines: list[str], number: int) -> bool:
    below = lines[number + 1].strip() if number + 1 < len(lines) else ""
    return len(below) >= 3 and not below.strip("-")


def _parameters(lines: list[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    texts: list[str] | None = None
    style, indent = "", 0
    for number, line in enumerate(lines):
        if _begins_a_section(lines, number):
            texts = None
            style = "google" if _GOOGLE.match(line) else "sphinx" if _SPHINX_FIELD.match(line) else "numpy"
            if match := _SPHINX_ITEM.match(line):
                texts = found.setdefault(match["name"], [match["text"]])
            section = (_GOOGLE.match(line) or _NUMPY.match(line) or {"name": ""})["name"].lower()
            style, indent = (style if section in _PARAMETERS or style == "sphinx" else ""), -1
            continue
        if not style or not line.strip() or not line.strip("- "):
            continue
        deep = len(line) - len(line.lstrip())
        indent = deep if indent < 0 and style != "sphinx" else indent
        pattern = {"google": _GOOGLE_ITEM, "numpy": _NUMPY_ITEM}.get(style)
        if pattern is not None and deep == indent and (match := pattern.match(line.strip())):
            texts = found.setdefault(match["name"], [match.groupdict().get("text") or ""])
        elif texts is not None:
            texts.append(line.strip())
    return {name: " ".join(filter(None, parts)) for name, parts in found.items() if any(parts)}
