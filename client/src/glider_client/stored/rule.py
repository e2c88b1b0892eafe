"""Which URIs are read for a viewer. The console, and the front for flytekit's clients, read the store with credentials of their own, so
this is where one viewer's data ends and another's begins.

Whoever may get an execution, as the API server decides with the viewer's own credential, may see

1. what lies below the execution's own prefixes, which its operator gave it:
   `<metadata prefix>/<namespace>/<name>-<uid8>/…` and `<raw prefix>/<shard>/<namespace>-<name>-<uid8>-<attempt>/…`;
2. what lies below the own prefixes of another execution that the viewer may get, such as the one that made the inputs;
3. what the execution names (its inputs, its outputs), where the operator itself may read for the namespace: `Grants`, so
   `storageAccess` in the operator's configuration.

The history of executions is no part of that, whatever is granted around it, since it has all namespaces': a server reads it by the rights
of its viewers, and never by a URI that somebody names.

Namespace, name and UID are the API server's, the prefixes are the configuration's. Nothing else is derived from the execution:
`spec.inputsUri`, prefixes in spec or template, URIs in values and all of the status may be written by somebody with rights in one namespace
only, and lead anywhere. Where such a URI leads elsewhere, it is shown as text. A URI that could mean two places is none: `parse_place`.

On a viewer's own machine the store's credentials are the viewer's. Anything in an object store is read there, as by
`glider outputs`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution
from glider_core.api.places import FILE, Place, parse_place
from glider_core.config import Config, history_prefix
from glider_core.history.folders import ATTEMPT, NAMED, NAMESPACE
from glider_core.resolve.storage import shard
from glider_core.store.grants import grants_of

_UID = re.compile(r"[0-9a-f]{8}")
_NAMESPACE = re.compile(NAMESPACE)
_OF_METADATA = re.compile(NAMED)
_OF_RAW = re.compile(rf"{NAMED}-({ATTEMPT})")
_ATTEMPT = re.compile(ATTEMPT)

#: Who reads, in messages.
CONSOLE = "the console"
NOT_BELOW = "not read: it isn't below this execution's own prefixes"
_ADVICE = "storageAccess.read in the operator's configuration allows more"
_UNCONFIGURED = (
    "not read: {reader} doesn't know the operator's configuration, which has the prefixes. "
    "An administrator sets operatorConfigFile in {reader}'s configuration"
)


class Access(Enum):
    """Whether a URI is read."""

    READ = "it is"
    #: If the execution names it.
    NAMED = "named"
    #: If it is below the own prefixes of another execution, and the viewer may get that one.
    ANOTHERS = "another's"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The execution below whose prefixes a place is, by what the place is called."""

    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a URI is read. `why` it isn't, for people; `place`: what the URI means, if it is one."""

    access: Access
    why: str = ""
    place: Place | None = None
    owner: Owner | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What may be read for those who may get one execution.

    Attributes:
        execution: the execution; None where anything in an object store may be read.
        metadata: the prefix of metadata, of all executions of its namespace.
        raw: that of raw data.
        granted: where the operator itself may read for its namespace.
        history: where the history is, whether or not it is still written.
        node_identity: whether the node's identity may be used for the store.
        problem: why nothing is read; empty where something is.
    """

    execution: Execution | None = None
    metadata: Place | None = None
    raw: Place | None = None
    granted: tuple[Place, ...] = ()
    history: Place | None = None
    node_identity: bool = False
    problem: str = ""

    def verdict(self, uri: str) -> Verdict:
        """Whether `uri` is read. Its author may be anybody."""
        try:
            place = parse_place(uri, files=True)
        except ValueError as error:
            return Verdict(access=Access.REFUSED, why=f"not read: expected {error}")
        if place.scheme == FILE:
            return Verdict(access=Access.REFUSED, why="not read: it is a file of the pod's own, not in an object store", place=place)
        if self.problem:
            return Verdict(access=Access.REFUSED, why=self.problem, place=place)
        if self.history is not None and (self.history.is_above(place) or place.is_above(self.history)):
            return Verdict(access=Access.REFUSED, why="not read: it has the history of all executions", place=place)
        if self.execution is None or self._is_own(place, self.execution):
            return Verdict(access=Access.READ, place=place)
        if any(granted.is_above(place) for granted in self.granted):
            return Verdict(access=Access.NAMED, why=f"{NOT_BELOW}, and this execution doesn't name it", place=place)
        if (owner := self._owner(place, self.execution.namespace)) is not None:
            who = f"{owner.namespace}/{owner.name}"
            why = f"not read: it is below the prefixes of {who}, which is gone, or which you may not get"
            return Verdict(access=Access.ANOTHERS, why=why, place=place, owner=owner)
        return Verdict(access=Access.REFUSED, why=f"{NOT_BELOW} ({_ADVICE})", place=place)

    def _is_own(self, place: Place, execution: Execution) -> bool:
        if not _UID.match(execution.uid):
            return False
        if _below(self.metadata, place)[:2] == (execution.namespace, execution.unique_name):
            return True
        return _is_raw(_below(self.raw, place), f"{execution.namespace}-{execution.unique_name}")

    def _owner(self, place: Place, namespace: str) -> Owner | None:
        rest = _below(self.metadata, place)
        if len(rest) > 1 and _NAMESPACE.fullmatch(rest[0]) and (found := _OF_METADATA.fullmatch(rest[1])):
            return Owner(namespace=rest[0], name=found["name"], uid=found["uid"])
        rest = _below(self.raw, place)
        if len(rest) > 1 and rest[1].startswith(f"{namespace}-") and (found := _OF_RAW.fullmatch(rest[1].removeprefix(f"{namespace}-"))):
            return Owner(namespace=namespace, name=found["name"], uid=found["uid"])
        return None


def anywhere() -> Reach:
    """Of a console on the viewer's own machine."""
    return Reach(node_identity=True)


def reach_of(execution: Execution, config: Config | None, *, reader: str = CONSOLE) -> Reach:
    """What may be read for those who may get `execution`. `config` is the operator's, for all namespaces, where that is known; `reader`
    is who reads, in messages.
    """
    if config is None:
        return Reach(execution=execution, problem=_UNCONFIGURED.format(reader=reader))
    try:
        grants = grants_of(config, execution.namespace)
        storage = config.for_namespace(execution.namespace).storage
    except FieldError as error:
        return Reach(execution=execution, problem=f"not read: the operator's configuration for {execution.namespace} is refused: {error}")
    return Reach(
        execution=execution,
        metadata=_place(storage.metadata_prefix or storage.raw_output_data_prefix),
        raw=_place(storage.raw_output_data_prefix or storage.metadata_prefix),
        granted=(*grants.write, *grants.read),
        history=_place(history_prefix(config)),
        node_identity=grants.node_identity,
    )


def _place(prefix: str | None) -> Place | None:
    try:
        return parse_place(prefix) if prefix else None
    except ValueError:  # a prefix for pods alone, such as a volume's
        return None


def _below(prefix: Place | None, place: Place) -> tuple[str, ...]:
    return place.parts[len(prefix.parts) :] if prefix is not None and prefix.is_above(place) else ()


def _is_raw(rest: tuple[str, ...], unique: str) -> bool:
    """Whether `<shard>/<unique>-<attempt>/…` is the raw data of an attempt of the execution that is called `unique`."""
    if len(rest) < 2 or not rest[1].startswith(f"{unique}-"):
        return False
    return _ATTEMPT.fullmatch(rest[1].removeprefix(f"{unique}-")) is not None and rest[0] == shard(rest[1])
