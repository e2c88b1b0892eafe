"""What executions that aren't finished refer to by their inputs: data that must stay.

Nobody knows which of a task's strings are URIs for it, and how it writes them. So it is enough that the distinct part of a folder's name,
`-<uid8>`, is anywhere in the inputs of an execution. Besides, whoever gets a folder above gets all that is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from glider.wire.jsonform import LiteralMap
from glider.wire.structs import MSGPACK_TAG, UnreadableMsgpackError, unpack
from glider_core.api.places import FILE, SCHEMES, Place, parse_place

Json = Mapping[str, Any]
#: How many of those who refer to something are named.
MOST_NAMED = 5
_UID8 = re.compile(r"-([0-9a-f]{8})")
_URI = re.compile(rf"(?:{'|'.join(sorted(SCHEMES, key=len, reverse=True))}|{FILE})://[^\s\"'<>|,;]*")
#: Before a text that is no input: a prefix in a variable isn't meant as a folder with all that is in it.
_OTHER = "\0"
_PATH = re.compile(r"/[^\s\"'<>|,;]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """An execution that isn't finished, and the texts in its inputs. `unknown`: why some of its inputs aren't known; empty if all are."""

    namespace: str
    name: str
    uid: str
    texts: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def who(self) -> str:
        """The execution, in messages."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class References:
    """What all of them refer to.

    Attributes:
        live: the UIDs of these executions, each with its name in messages.
        by_uid8: who refers to what is called by a UID's first eight digits.
        above: who refers to a place, and so to all that is below it.
        unknown: a sentence for each execution whose inputs aren't known.
    """

    live: Mapping[str, str] = field(default_factory=dict)
    by_uid8: Mapping[str, frozenset[str]] = field(default_factory=dict)
    above: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def to(self, uid: str, places: Iterable[Place] = ()) -> tuple[str, ...]:
        """The names of those who refer to the execution `uid`, or to a place that is above one of `places`, sorted."""
        found = set(self.by_uid8.get(uid[:8], ()))
        for place in places:
            for end in range(len(place.parts) + 1):
                found |= self.above.get(Place(place.scheme, place.bucket, place.parts[:end]), frozenset())
        return tuple(sorted(found))


def references_of(uses: Iterable[Use]) -> References:
    """What `uses` refer to."""
    live: dict[str, str] = {}
    by_uid8: dict[str, set[str]] = {}
    above: dict[Place, set[str]] = {}
    unknown = []
    for use in uses:
        live[use.uid] = use.who
        if use.unknown:
            unknown.append(f"{use.who}: {use.unknown}")
        for text in use.texts:
            for uid8 in _UID8.findall(text):
                if uid8 != use.uid[:8]:  # its own folder
                    by_uid8.setdefault(uid8, set()).add(use.who)
            for place in _places_in(text):
                above.setdefault(place, set()).add(use.who)
    return References(
        live=live,
        by_uid8={uid8: frozenset(who) for uid8, who in by_uid8.items()},
        above={place: frozenset(who) for place, who in above.items()},
        unknown=tuple(unknown),
    )


def texts_of(spec: Any, *, template: Any = None) -> Iterator[str]:
    """The texts in the inputs of a TaskExecution's spec, which may be unchecked, and those of its other fields, marked as such.

    `template`: the spec of the TaskTemplate that it names, whose interface may have defaults of inputs.
    """
    for one in (spec, spec.get("task") if isinstance(spec, Mapping) else None, template):
        if not isinstance(one, Mapping):
            continue
        interface = one.get("interface")
        yield from _strings((one.get("inputs"), one.get("inputsUri"), interface.get("inputs") if isinstance(interface, Mapping) else None))
        for key, value in one.items():
            if key not in ("inputs", "inputsUri", "storage", "task"):
                yield from (f"{_OTHER}{text}" for text in _strings(value))


def texts_in(message: Any) -> Iterator[str]:
    """The texts in a message of flyteidl's, such as the LiteralMap of an inputs.pb."""
    for descriptor, value in message.ListFields():
        for one in _items(value):
            if isinstance(one, str):
                yield one
            elif isinstance(one, bytes):
                yield from _in_bytes(one, tag=getattr(message, "tag", "") if descriptor.name == "value" else "")
            elif hasattr(one, "ListFields"):
                yield from texts_in(one)


def offloaded_in(literals: LiteralMap) -> Iterator[str]:
    """The URIs of literals that are in objects of their own."""
    for literal in _literals(literals):
        if literal.HasField("offloaded_metadata"):
            yield literal.offloaded_metadata.uri


def _literals(message: Any) -> Iterator[Any]:
    for literal in message.literals.values() if hasattr(message.literals, "values") else message.literals:
        yield literal
        if literal.HasField("collection"):
            yield from _literals(literal.collection)
        elif literal.HasField("map"):
            yield from _literals(literal.map)


def _in_bytes(data: bytes, *, tag: str) -> Iterator[str]:
    if tag == MSGPACK_TAG:
        try:
            yield from _strings(unpack(data))
        except UnreadableMsgpackError:
            pass
        else:
            return
    yield data.decode("latin-1")


def _items(value: Any) -> Iterator[Any]:
    """What a field holds, one by one: a value, or those of a list or a map."""
    if isinstance(value, (str, bytes, bool, int, float)) or hasattr(value, "ListFields"):
        yield value
    elif hasattr(value, "items"):
        for pair in value.items():
            yield from pair
    else:
        yield from value


def _strings(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, bytes):
            yield one.decode("latin-1")
        elif isinstance(one, Mapping):
            waiting += (*one.keys(), *one.values())
        elif isinstance(one, (list, tuple)):
            waiting += one


def _places_in(text: str) -> Iterator[Place]:
    if text.startswith(_OTHER):
        return
    for uri in _URI.findall(text):
        yield _place(uri)
    if (path := _PATH.fullmatch(text)) is not None:
        yield _place(f"{FILE}://{path[0]}")


def _place(uri: str) -> Place:
    """Where `uri` leads; of what could mean two places, such as one with `..`, a place that is above both."""
    scheme, _, rest = uri.rstrip("/").partition("://")
    bucket, *parts = rest.split("/")
    odd = [number for number, part in enumerate(parts) if not _is_plain(part)]
    plain = parts[: max(0, odd[0] - len(odd))] if odd else parts
    return Place(SCHEMES.get(scheme, scheme), bucket, tuple(plain))


def _is_plain(part: str) -> bool:
    try:
        return bool(parse_place(f"s3://bucket/{part}").parts)
    except ValueError:
        return False
