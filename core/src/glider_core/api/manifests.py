"""Kubernetes objects in YAML or JSON, read as kubectl reads them, so that a file means the same here and on a cluster.

kubectl splits a file at `---`, reads each part with go-yaml v2 and turns it into JSON (sigs.k8s.io/yaml). That is neither YAML 1.1, which
PyYAML's own constructor follows, nor YAML 1.2: a timestamp and `12:30` are text, `0o7` and `010` are octal, `1_000` is a number, `y` and
`on` are true, also as keys, and of two equal keys the last counts. PyYAML's parser finds the nodes; what they mean is decided here.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import math
import re
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from glider.wire.jsonform import FieldError, words

_SEPARATOR = "---"
#: The tag of a scalar that has neither a tag nor quotes.
_PLAIN = "plain"
_TAG = "tag:yaml.org,2002:"
_TRUE, _FALSE = ("y", "yes", "true", "on"), ("n", "no", "false", "off")
_WORDS: dict[str, Any] = {
    **{form: True for word in _TRUE for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in _FALSE for form in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
#: Go's integers: a leading 0 alone means octal, and 08 is none of them but a float.
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 10)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
#: One that isn't between digits, which Go's ParseFloat refuses; elsewhere go-yaml takes all of them away first.
_ODD_UNDERSCORE = re.compile(r"(?<![0-9])_|_(?![0-9])")
#: What an author who writes YAML seldom may have done, by a part of PyYAML's message.
_HINTS = {
    "'<block mapping start>'": "is this line indented as those that it belongs to?",
    "'<block sequence start>'": "is this line indented as those that it belongs to?",
    "'\\t'": "YAML is indented by spaces",
    "mapping values are not allowed": "is this line indented as those that it belongs to, and has a text with a colon quotes?",
    "'<scalar>'": 'a text that begins with braces, such as "{{.input}}", or has quotes inside needs quotes as a whole',
    "that cannot start any token": "a text that begins with it needs quotes",
    "but got '?'": 'inside braces a text such as "string?" needs quotes',
    "but got '['": 'inside braces a text such as "list[integer]" needs quotes',
    "but got '{'": 'a text that begins with braces, such as "{{.input}}", needs quotes',
}
#: Up to this Go writes a whole float without an exponent, so that it is an integer to whoever reads that.
_WHOLE = 1e21
_LARGEST = 2**63
#: So that a few lines of aliases of aliases don't become gigabytes; go-yaml has a limit too.
_MOST_NODES = 1_000_000


class _ReadError(ValueError):
    """A part of a file that kubectl doesn't take either."""


def read_manifests(text: str, *, name: str) -> list[Any]:
    """The documents in `text`, those of lists one by one; empty ones are left out.

    Args:
        text: what the file holds.
        name: the file's name, for messages.

    Raises:
        FieldError: kubectl couldn't read it.
    """
    try:
        documents = [document for line, part in _parts(text.removeprefix("\ufeff")) for document in _documents(part, line=line)]
        return [item for document in documents for item in _items(document)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FieldError(name, expected="YAML or JSON as kubectl reads it", found=words(what_is_wrong(error))) from error


def reads_as_text(text: str) -> bool:
    """Whether kubectl reads `text` as text where it has no quotes."""
    return isinstance(_plain(text), str)


def what_is_wrong(error: Exception) -> str:
    """What PyYAML's `error` reports, in one line: the place in the file first, then what is wrong there."""
    match error:
        case RecursionError():
            return "too many levels"
        case yaml.MarkedYAMLError():
            return _syntax_error(error)
        case yaml.reader.ReaderError():
            return f"a character that YAML doesn't allow: {error.character:#x}, {error.reason}"
        case _:
            return " ".join(str(error).split())


def _syntax_error(error: yaml.MarkedYAMLError) -> str:
    mark, problem = error.problem_mark, " ".join(str(error.problem or error.context).split()).removeprefix("found ")
    begun = error.context_mark
    place = f"in line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    context = f" ({error.context} from line {begun.line + 1} on)" if error.problem and error.context and begun else ""
    hint = next((f"; {hint}" for part, hint in _HINTS.items() if part in problem), "")
    return f"{place}{problem}{context}{hint}"


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """What is between the lines that begin with `---`, and after how many lines of the file."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if line.startswith(_SEPARATOR):
            rest = line.removeprefix(_SEPARATOR).strip()
            if rest and not rest.startswith("#"):
                raise _ReadError(f"the separator of two documents with something behind it, {rest}")
            yield first, "".join(lines)
            first, lines = number, []
        else:
            lines.append(line)
    yield first, "".join(lines)


class _Nodes(yaml.SafeLoader):
    """PyYAML's parser. What a plain scalar is isn't resolved yet."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """The tag of a node that has none."""
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else f"{_TAG}str"
        return f"{_TAG}map" if kind is yaml.MappingNode else f"{_TAG}seq"


def _documents(part: str, *, line: int) -> list[Any]:
    """What a part holds: objects of JSON one after the other, or one document of YAML; kubectl reads no second one, behind `...`.

    Args:
        part: the text.
        line: how many lines of the file come before it.
    """
    if part.lstrip().startswith("{"):
        with contextlib.suppress(ValueError):  # a flow mapping of YAML looks alike
            return list(_json_objects(part))
    loader = _Nodes(part)
    loader.line = line  # from here PyYAML counts
    try:
        document = _Reader().value(loader.get_node()) if loader.check_node() else None
    finally:
        loader.dispose()
    return [] if document is None else [document]


def _json_objects(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_float=_json_float, parse_int=lambda digits: _number(int(digits)), parse_constant=_json_float)
    rest = text.lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        yield value
        rest = rest[end:].lstrip()


def _items(document: Any) -> Iterator[Any]:
    """The objects of a list, such as `kubectl get -o yaml` writes; anything else as it is."""
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        yield document
        return
    kind = str(document.get("kind") or "")
    given = {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix("List")} if kind not in ("", "List") else {}
    for item in document["items"]:
        yield from _items({**given, **item} if isinstance(item, dict) else item)


class _Reader:
    """What the nodes of one document mean."""

    def __init__(self) -> None:
        self._nodes = 0

    def value(self, node: yaml.Node | None) -> Any:
        """The value of `node`, as JSON has it."""
        value = self._any(node)
        if isinstance(value, float) and not math.isfinite(value):
            raise _ReadError(f"{value}{_where(node)}, which JSON hasn't got")
        return _number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    def _any(self, node: yaml.Node | None) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _ReadError(f"more than {_MOST_NODES} values, those of aliases included")
        match node:
            case yaml.MappingNode():
                return self._mapping(node)
            case yaml.SequenceNode():
                return [self.value(item) for item in node.value]
            case yaml.ScalarNode():
                return _scalar(node)
            case _:
                return None

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        """In the order of the file, so that what comes later wins, over what is merged too."""
        result: dict[str, Any] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) == (_PLAIN, "<<"):
                result |= self._merged(value)
            else:
                result[self._key(key)] = self.value(value)
        return result

    def _merged(self, node: yaml.Node) -> dict[str, Any]:
        """Of several the first wins."""
        result: dict[str, Any] = {}
        for source in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                raise _ReadError(f"<<{_where(node)} that merges what is no mapping")
            result |= self._mapping(source)
        return result

    def _key(self, node: yaml.Node) -> str:
        key = self._any(node)
        match key:
            case str():
                return key
            case bool():
                return "true" if key else "false"
            case int():
                return str(key)
            case float():
                return _float_key(key)
            case _:
                raise _ReadError(f'a key{_where(node)} that is no text; a text with braces, such as "{{{{.input}}}}", needs quotes')


def _float_key(key: float) -> str:
    """As Go's FormatFloat(key, 'g', -1, 32)."""
    if not math.isfinite(key):
        return ".nan" if math.isnan(key) else (".inf" if key > 0 else "-.inf")
    single = struct.pack("f", key)
    digits = next(digits for digits in range(9) if struct.pack("f", float(f"{key:.{digits}e}")) == single)
    mantissa, _, power = f"{key:.{digits}e}".partition("e")
    exponent = int(power)
    return f"{key:.{max(0, digits - exponent)}f}" if -4 <= exponent < 6 else f"{mantissa}e{exponent:+03}"


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, text = str(node.tag), str(node.value)
    match tag.removeprefix(_TAG):
        case "plain":
            return _plain(text)
        case "int" | "float" | "bool" | "null" as kind:
            value = _plain(text)
            if kind not in _kinds(value):
                raise _ReadError(f"{text}{_where(node)}, which is no {kind}")
            return value
        case "binary":
            return _binary(node)
        case _:
            return text


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text if _ODD_UNDERSCORE.search(text) and text[0] == "." else text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        magnitude = next(int(part, base) for part, base in zip(match.groups()[1:], _BASES, strict=True) if part)
        integer = -magnitude if match.group(1) == "-" else magnitude
        if -_LARGEST <= integer < 2 * _LARGEST:
            return integer
    number = float(digits) if _FLOAT.fullmatch(digits) else math.inf
    return number if math.isfinite(number) else text


def _number(value: int | float) -> int | float:
    """The number that comes out of Go's JSON: whole floats are integers, and integers of more than 64 bits floats."""
    if isinstance(value, int) and -_LARGEST <= value < _LARGEST:
        return value
    number = float(value)
    return int(Decimal(repr(number))) if number.is_integer() and abs(number) < _WHOLE else number


def _json_float(text: str) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        raise _ReadError(f"{text}, which is no number of JSON")
    return _number(number)


def _kinds(value: Any) -> tuple[str, ...]:
    match value:
        case None:
            return ("null",)
        case bool():
            return ("bool",)
        case int():
            return ("int", "float")
        case float():
            return ("float",)
        case _:
            return ()


def _binary(node: yaml.ScalarNode) -> str:
    try:
        return base64.b64decode("".join(str(node.value).split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _ReadError(f"!!binary{_where(node)} that is no base64 of text") from error


def _where(node: yaml.Node | None) -> str:
    return "" if node is None else f" in line {node.start_mark.line + 1}"
