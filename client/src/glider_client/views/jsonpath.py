r"""kubectl's JSONPath templates: `{.items[*].metadata.name}`, `{range .items[*]}{.status.phase}{"\n"}{end}`.

What isn't there is empty, as in kubectl. A template without braces is one path.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from glider.wire.jsonform import FieldError, words

Values: TypeAlias = list[Any]
Step: TypeAlias = Callable[[Values], Values]

_BLOCK = re.compile(r"\{((?:[^{}\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*)\}")
_NAME = re.compile(r"(?:[^.\[\]\s\\]|\\.)+")
_BRACKET = re.compile(r"\[((?:[^\[\]\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\[[^\]]*\])*)\]")
_SLICE = re.compile(r"(-?\d*):(-?\d*)(?::(\d+))?")
_FILTER = re.compile(r"\?\(\s*(@[^=!<>\s]*)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*\)")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class _Text:
    """Text as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class _Range:
    """What is repeated for each value."""

    path: Step
    body: tuple[_Node, ...]


_Node: TypeAlias = "_Text | _Range | Step"


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read."""

    nodes: tuple[_Node, ...]

    def render(self, document: Any) -> str:
        """The text for `document`."""
        return "".join(_rendered(self.nodes, document))


def parse_template(text: str) -> Template:
    """Read a template.

    Raises:
        FieldError: it is none.
    """
    blocks = _blocks(text if "{" in text else f"{{{text if text.startswith(('.', '[', '$', '@')) else f'.{text}'}}}", text)
    nodes, end = _nodes(blocks, 0, text)
    if end != len(blocks):
        raise _error(text, "a {range} before each {end}")
    return Template(nodes)


def parse_path(text: str) -> Step:
    """Read one path, with or without braces, as custom columns have it.

    Raises:
        FieldError: it is none.
    """
    inner = text.strip().removeprefix("{").removesuffix("}").strip()
    return _path(inner if inner.startswith((".", "[", "$", "@")) else f".{inner}", text)


def _blocks(text: str, whole: str) -> list[tuple[bool, str]]:
    """Pieces of the template: (whether it was in braces, its text)."""
    pieces, at = [], 0
    for match in _BLOCK.finditer(text):
        if match.start() > at:
            pieces.append((False, text[at : match.start()]))
        pieces.append((True, match[1].strip()))
        at = match.end()
    if "{" in text[at:]:
        raise _error(whole, "a } for each {")
    return [*pieces, *([(False, text[at:])] if at < len(text) else [])]


def _nodes(blocks: Sequence[tuple[bool, str]], at: int, whole: str) -> tuple[tuple[_Node, ...], int]:
    nodes: list[_Node] = []
    while at < len(blocks):
        inside, text = blocks[at]
        if inside and text == "end":
            break
        at += 1
        if not inside:
            nodes.append(_Text(text))
        elif text[:1] in ('"', "'"):
            nodes.append(_Text(_unquoted(text, whole)))
        elif text.startswith("range "):
            body, at = _nodes(blocks, at, whole)
            if at >= len(blocks):
                raise _error(whole, "an {end} for each {range}")
            nodes.append(_Range(_path(text.removeprefix("range ").strip(), whole), body))
            at += 1
        else:
            nodes.append(_path(text, whole))
    return tuple(nodes), at


def _rendered(nodes: Sequence[_Node], value: Any) -> Iterator[str]:
    for node in nodes:
        match node:
            case _Text(text):
                yield text
            case _Range(path, body):
                for one in path([value]):
                    yield from _rendered(body, one)
            case _:
                yield " ".join(map(text_of, node([value])))


def text_of(value: Any) -> str:
    """A value as kubectl prints it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _path(text: str, whole: str) -> Step:
    steps: list[Step] = []
    at = 1 if text[:1] in ("$", "@") else 0
    while at < len(text):
        if text[at] == "[":
            match = _BRACKET.match(text, at)
            if match is None:
                raise _error(whole, "a ] for each [")
            steps.append(_bracket(match[1].strip(), whole))
        elif text.startswith("..", at):
            steps.append(_descendants)
            at += 1 if text[at + 2 : at + 3] != "[" else 2
            continue
        elif text[at] == "." and at + 1 == len(text):
            break
        else:
            match = _NAME.match(text, at + (text[at] == "."))
            if match is None or text[at] != ".":
                raise _error(whole, "a path such as .status.phase")
            name = re.sub(r"\\(.)", r"\1", match[0])
            steps.append(_every if name == "*" else _named((name,)))
        at = match.end()
    return lambda values: _through(steps, values)


def _through(steps: Sequence[Step], values: Values) -> Values:
    for step in steps:
        values = step(values)
    return values


def _bracket(text: str, whole: str) -> Step:
    if text == "*":
        return _every
    if (match := _FILTER.fullmatch(text)) is not None:
        return _filter(match[1], match[2], match[3], whole)
    if (match := _SLICE.fullmatch(text)) is not None:
        start, stop, step = (int(number) if number else None for number in match.groups())
        return lambda values: [item for value in values if isinstance(value, list) for item in value[start:stop:step]]
    parts = [part.strip() for part in re.findall(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^,]+", text)]
    if parts and all(re.fullmatch(r"-?\d+", part) for part in parts):
        return _indexed([int(part) for part in parts])
    if parts and all(part[:1] in ('"', "'") for part in parts):
        return _named(tuple(_unquoted(part, whole) for part in parts))
    raise _error(whole, f"an index, a slice, a name in quotes, * or ?(…) in [{text}]")


def _named(names: tuple[str, ...]) -> Step:
    return lambda values: [value[name] for value in values if isinstance(value, dict) for name in names if name in value]


def _indexed(indexes: Sequence[int]) -> Step:
    return lambda values: [value[i] for value in values if isinstance(value, list) for i in indexes if -len(value) <= i < len(value)]


def _every(values: Values) -> Values:
    return [item for value in values for item in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())]


def _descendants(values: Values) -> Values:
    found: Values = []
    for value in values:
        found.append(value)
        found.extend(_descendants(_every([value])))
    return found


def _filter(path: str, sign: str | None, literal: str | None, whole: str) -> Step:
    left = _path(path, whole)
    if sign is None or literal is None:
        return lambda values: [item for item in _every(values) if left([item])]
    wanted = _literal(literal, whole)

    def holds(item: Any) -> bool:
        found = left([item])
        try:
            return bool(found) and _OPERATORS[sign](found[0], wanted)
        except TypeError:  # a number beside a text
            return False

    return lambda values: [item for item in _every(values) if holds(item)]


def _literal(text: str, whole: str) -> Any:
    if text[:1] in ('"', "'"):
        return _unquoted(text, whole)
    try:
        return json.loads(text)
    except ValueError as error:
        raise _error(whole, f"a number, true, false or a text in quotes in place of {text}") from error


def _unquoted(text: str, whole: str) -> str:
    if len(text) < 2 or text[-1] != text[0]:
        raise _error(whole, f"a closing quote after {text}")
    try:
        return str(json.loads(text if text[0] == '"' else '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'))
    except ValueError as error:
        raise _error(whole, f"a text in quotes in place of {text}") from error


def _error(whole: str, expected: str) -> FieldError:
    return FieldError("jsonpath", expected=expected, found=words(whole))
