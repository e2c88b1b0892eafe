"""What executions that aren't finished refer to by files of inputs: an inputs.pb, or the outputs.pb of another execution."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flyteidl.core import literals_pb2

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider.wire.arguments import decode_literal_map
from glider.wire.jsonform import FieldError, words
from glider_core.history.references import offloaded_in, texts_in

#: What is read of one file, and how many literals are that it keeps in objects of their own.
_MOST_BYTES = 64 << 20
_MOST_OFFLOADED = 1_000
_FIELD = "spec.inputsUri"


class UnknownInputsError(Exception):
    """What a file of inputs refers to can't be known; the message states why."""


def texts_of_file(storage: Storage, uri: str, *, may_read: Callable[[str], None]) -> tuple[str, ...]:
    """The texts in the file of inputs at `uri`, and in the literals that it keeps elsewhere; none where there is no such file.

    Args:
        storage: the store.
        uri: the file.
        may_read: raises a FieldError unless the URI may be read.

    Raises:
        UnknownInputsError: one of them can't be read, or is something else.
    """
    try:
        return tuple(_texts(storage, uri, may_read))
    except (StorageError, FieldError) as error:
        raise UnknownInputsError(str(error)) from error
    except RecursionError as error:
        raise UnknownInputsError(f"{uri}: expected a literal of fewer levels") from error


def _texts(storage: Storage, uri: str, may_read: Callable[[str], None]) -> Iterator[str]:
    if (data := _read(storage, uri, may_read)) is None:
        return
    literals = decode_literal_map(data, field=f"{_FIELD} ({uri})")
    waiting, seen = list(offloaded_in(literals)), set[str]()
    yield from texts_in(literals)
    while waiting:
        if (away := waiting.pop()) in seen:
            continue
        seen.add(away)
        if len(seen) > _MOST_OFFLOADED:
            found = words(f"more in {uri}")
            raise FieldError(_FIELD, expected=f"at most {_MOST_OFFLOADED} literals in objects of their own", found=found)
        if (data := _read(storage, away, may_read)) is not None:
            literal = _literal(data, away)
            waiting += offloaded_in(literals_pb2.LiteralMap(literals={"": literal}))
            yield from texts_in(literal)


def _read(storage: Storage, uri: str, may_read: Callable[[str], None]) -> bytes | None:
    may_read(uri)
    try:
        return storage.read(uri, most=_MOST_BYTES)
    except ObjectNotFoundError:
        return None  # nor can the execution read it


def _literal(data: bytes, uri: str) -> literals_pb2.Literal:
    try:
        return literals_pb2.Literal.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise FieldError(_FIELD, expected=f"a serialised flyteidl Literal at {uri}", found=words(f"{len(data)} other bytes")) from error
