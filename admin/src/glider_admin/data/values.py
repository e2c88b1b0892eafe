"""Inputs and outputs as flyteidl has them: from the execution's document, or from its files in the store, read with the front's own
credentials as far as the rule of `stored` allows. What is too large, or isn't the front's to read, is a URL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from flyteidl.core import types_pb2

from glider.storage.errors import ObjectNotFoundError, StorageError, TooLargeError
from glider.wire.contract import MAX_INLINE_INPUTS_BYTES, OUTPUTS_FILE
from glider.wire.interface import Interface, LiteralType
from glider.wire.jsonform import FieldError, Literal, LiteralMap, to_literal
from glider_admin.data.calling import Calling
from glider_admin.data.names import inputs_parts
from glider_admin.errors import Code, RefusedError
from glider_client.cluster.errors import ForbiddenError
from glider_client.sdk.values import inline
from glider_client.stored.subject import NotReadError, Subject, subject_of
from glider_client.views.stored import inputs_uri
from glider_core.api.places import Place
from glider_core.api.task import parse_interface

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Inputs or outputs.

    Attributes:
        literals: the values; None where they are at `url`.
        url: where the client may read them; empty where there are none.
        bytes: how many they are there, or 1 where that isn't known: clients don't read what has none.
    """

    literals: LiteralMap | None = None
    url: str = ""
    bytes: int = 0


async def inputs_of(call: Calling, execution: Json) -> Data:
    """The inputs of an execution that the caller may get, with the defaults of its interface.

    Raises:
        ClusterError: the API server doesn't answer.
        StorageError: the store doesn't.
    """
    if uri := inputs_uri(execution):
        return await _stored(call, execution, uri)
    interface = await _interface(call, execution)
    values = {**interface.defaults, **(execution["spec"].get("inputs") or {})}
    return Data(literals=_literals(values, interface.inputs))


async def outputs_of(call: Calling, execution: Json, *, attempt: int | None = None) -> Data:
    """The outputs of an execution that the caller may get, of its last attempt or of that with a number; none where it has none yet.

    Raises:
        ClusterError: the API server doesn't answer.
        StorageError: the store doesn't.
    """
    status = execution.get("status") or {}
    last = attempt is None or attempt == (status.get("attempts") or [{"number": 0}])[-1]["number"]
    if last and (plain := status.get("outputs")) is not None:
        return Data(literals=_literals(plain, (await _interface(call, execution)).outputs))
    if last and status.get("phase") != "Succeeded":
        return Data(literals=LiteralMap())
    uri = str(status.get("outputsUri") or "") if attempt is None else subject(call, execution).left(OUTPUTS_FILE, attempt=attempt)
    try:
        return await _stored(call, execution, uri) if uri else Data(literals=LiteralMap())
    except ObjectNotFoundError:
        if last:
            raise
        return Data(literals=LiteralMap())  # an attempt that failed has left none


async def store_inputs(call: Calling, *, namespace: str, literals: LiteralMap, interface: Interface) -> str:
    """The URI of inputs that an execution itself doesn't take, once they are in the store: the same for the same inputs.

    Raises:
        RefusedError: there is no store.
        StorageError: it doesn't take them.
    """
    files = call.front.files
    uploads = files.uploads(namespace)
    if uploads is None:
        message = (
            f"{_why_stored(literals, interface)}, and the namespace {namespace} has no store for them. "
            "Have an administrator set storage.rawOutputDataPrefix in the operator's configuration."
        )
        raise RefusedError(Code.FAILED_PRECONDITION, message)
    data = literals.SerializeToString(deterministic=True)
    place = uploads.folder
    for part in inputs_parts(hashlib.sha256(data).hexdigest()):
        place = place.below(part)
    await files.store.write(place, data, node_identity=uploads.node_identity)
    return str(place)


def _why_stored(literals: LiteralMap, interface: Interface) -> str:
    size, most = literals.ByteSize(), MAX_INLINE_INPUTS_BYTES
    if size > most:
        return f"The inputs have {size:,} bytes, expected at most {most:,} in an execution itself"
    names = [name for name in sorted(literals.literals) if inline(LiteralMap(literals={name: literals.literals[name]}), interface) is None]
    found = f"The input {names[0]} has" if len(names) == 1 else f"The inputs {', '.join(names)} have"
    return f"{found} a value that JSON doesn't hold exactly, such as bytes, which an execution itself doesn't take"


def subject(call: Calling, execution: Json) -> Subject:
    """What of the store is read for a caller who may get `execution`."""
    return subject_of(execution, source=call.front.files.source, ask=call.ask)


async def signed_get(call: Calling, found: Subject, place: Place, *, seconds: int) -> str:
    """A URL from which whoever has it can read the object for so many seconds.

    Raises:
        StorageError: there is nothing to sign with.
    """
    return await call.front.files.store.signed(place, method="GET", seconds=seconds, node_identity=found.reach.node_identity)


async def _stored(call: Calling, execution: Json, uri: str) -> Data:
    found, files = subject(call, execution), call.front.files
    own, node_identity = Data(url=uri, bytes=1), found.reach.node_identity  # the client may have credentials of its own
    try:
        place = await found.place(uri, named=True)
    except NotReadError:
        return own
    if not files.reaches(place, node_identity=node_identity):
        return own
    async with files.reading:
        try:
            data = await files.store.read(place, most=files.most_literals, node_identity=node_identity)
        except TooLargeError:
            head = await files.store.head(place, count=1, node_identity=node_identity)
            return Data(url=files.link(place, node_identity=node_identity), bytes=head.size)
        return Data(literals=await to_thread.run_sync(_decoded, data, uri))


async def _interface(call: Calling, execution: Json) -> Interface:
    """The task's; an empty one where its template was deleted, or isn't the caller's to see."""
    spec = execution["spec"]
    try:
        if "taskRef" in spec:
            template = await call.template_named(execution["metadata"]["namespace"], spec["taskRef"]["name"])
            task: Json = {} if template is None else template["spec"]
        else:
            task = spec.get("task") or {}
        return parse_interface(task.get("interface") or {}, path="spec.interface")
    except (ForbiddenError, FieldError):
        return Interface()


def _literals(plain: Json, types: Mapping[str, LiteralType]) -> LiteralMap:
    return LiteralMap(literals={name: _literal(value, types.get(name), name) for name, value in plain.items()})


def _literal(value: Any, kind: LiteralType | None, name: str) -> Literal:
    try:
        return to_literal(value, kind or _guessed(value), field=name)
    except FieldError:  # the template has another interface by now
        return to_literal(value, _guessed(value), field=name)


def _guessed(value: Any) -> LiteralType:
    match value:
        case bool():
            kind = types_pb2.BOOLEAN
        case int():
            kind = types_pb2.INTEGER
        case float():
            kind = types_pb2.FLOAT
        case str():
            kind = types_pb2.STRING
        case None:
            kind = types_pb2.NONE
        case list():
            return LiteralType(collection_type=_guessed(value[0] if value else ""))
        case _:
            kind = types_pb2.STRUCT
    return LiteralType(simple=kind)


def _decoded(data: bytes, uri: str) -> LiteralMap:
    try:
        return LiteralMap.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise StorageError(uri, f"expected the inputs or outputs of a task, found {len(data)} other bytes") from error
