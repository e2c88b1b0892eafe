"""What is kept of a registration beside the spec itself: when it was, and by what another one of the same version is compared.

Clients write the same entity in several forms: the ids of upstream nodes come in another order in each process, and the address of code
that was uploaded through the front is another one each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flyteidl.core import identifier_pb2
from google.protobuf import json_format
from google.protobuf.message import Message

from glider.wire.jsonform import FieldError, nothing, words
from glider_core.api.labels import GROUP
from glider_core.api.moments import parse_time

Json = Mapping[str, Any]

#: Annotations of a registered object.
DIGEST = f"{GROUP}/flyte-digest"
REGISTERED = f"{GROUP}/registered-at"
#: How far the clock of the front may be from the API server's.
_SKEW = timedelta(seconds=60)
_UNORDERED = "upstreamNodeIds"
#: How long the parts of an identifier may be.
_LONGEST = {"project": 253, "domain": 253, "name": 1024, "version": 253}


def check_identifier(identifier: identifier_pb2.Identifier, kind: identifier_pb2.ResourceType, *, field: str = "id") -> None:
    """Nothing, where `identifier` names a version of an entity of `kind`.

    Raises:
        FieldError: a part is missing, or too long, or it names another kind of entity.
    """
    if identifier.resource_type not in (identifier_pb2.UNSPECIFIED, kind):
        raise FieldError(f"{field}.resource_type", expected=kind_name(kind), found=words(kind_name(identifier.resource_type)))
    for part, most in _LONGEST.items():
        value = getattr(identifier, part)
        if not value:
            raise FieldError(f"{field}.{part}", expected=f"a {part}", found=nothing())
        if len(value) > most:
            raise FieldError(f"{field}.{part}", expected=f"at most {most} characters", found=words(f"{len(value):,}"))


def kind_name(kind: int) -> str:
    """The name of a kind of entity; the number of one that this version of flyteidl doesn't know."""
    return enum_name(identifier_pb2.ResourceType, kind)


def enum_name(enum: Any, number: int) -> str:
    """The same for any of flyteidl's enums: clients may send any number."""
    known = {known: name for name, known in enum.items()}
    return str(known.get(number, number))


def written(message: Message, *, field: str) -> dict[str, Any]:
    """`message` as proto JSON.

    Raises:
        FieldError: it has something that JSON can't hold.
    """
    try:
        return json_format.MessageToDict(message)
    except (ValueError, TypeError, json_format.Error) as error:  # NaN in a Struct; an Any of an unknown type
        raise FieldError(field, expected="what JSON can hold", found=words(str(error))) from error


def digest_of(document: Json) -> str:
    """Identifies the entity that `document` is as proto JSON, whatever order its parts come in."""
    text = json.dumps(_ordered(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _ordered(value: Any) -> Any:
    match value:
        case dict():
            return {name: sorted(part) if name == _UNORDERED else _ordered(part) for name, part in value.items()}
        case list():
            return [_ordered(item) for item in value]
        case _:
            return value


def now_text(now: datetime) -> str:
    """`now` for the annotation: of two registrations within a second, the later one is the newest."""
    return now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def registered_at(metadata: Json) -> str:
    """When an object was registered; where nobody recorded it, when it was created."""
    created, recorded = str(metadata.get("creationTimestamp") or ""), str((metadata.get("annotations") or {}).get(REGISTERED) or "")
    if not recorded:
        return created
    try:
        one, other = parse_time(created), parse_time(recorded)
        near = one is not None and other is not None and abs(one - other) < _SKEW
    except (ValueError, TypeError):  # somebody wrote it by hand
        near = False
    return recorded if near else created
