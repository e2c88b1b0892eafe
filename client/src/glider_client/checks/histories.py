"""Whether finished executions are kept: by the operators' configuration, and by what the store has of them, with the user's credentials.

What the operator's own credentials allow is seen by what it has done: executions that ended a while ago are in the index, or it is behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from glider_client.checks.check import Check, Group, Json
from glider_client.checks.stores import Store
from glider_client.cluster.operators import Operator
from glider_core.api.execution import is_finished
from glider_core.api.labels import instance_of
from glider_core.api.lifecycle import TtlAction
from glider_core.api.moments import parse_time, words
from glider_core.config import history_prefix
from glider_core.history.layout import day_of, index_uri

_GROUP = Group(name="history")
#: A person waits for it.
_PATIENCE = 5.0
#: How long after its end an execution has to be in the index, and how many folders of it are read.
_LATE, _MOST_DAYS = timedelta(minutes=10), 5
_SHOWN = 3
_ALLOW = "The operator has to read, write, list and delete there: docs/history.md#permissions."
_KEEP = "Set history.enabled to keep them: docs/history.md."


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What the store has of the executions that ended a while ago. `why`: why that isn't known; empty where it is."""

    operator: Operator
    prefix: str
    compared: int = 0
    missing: Sequence[str] = ()
    why: str = ""


def read(operators: Sequence[Operator], executions: Sequence[Json], *, now: datetime) -> list[Kept]:
    """What the histories of the operators have."""
    found = []
    for operator in operators:
        prefix = history_prefix(operator.config)
        if operator.config.history.enabled and prefix and not operator.problem:
            found.append(_kept(operator, prefix, [one for one in executions if _is_of(operator, one)], now=now))
    return found


def check_access(tried: Store) -> Iterator[Check]:
    """The one line about a prefix below which the user tried what the operator has to be allowed to: `stores.read`, with a listing."""
    name = f"history {tried.prefix}, from here"
    if tried.failed:
        yield _GROUP.problem(name, f"it can't be {tried.failed}: {tried.why}", _ALLOW)
    else:
        yield _GROUP.ok(name, "it can be written, read, listed and deleted")


def check(operators: Sequence[Operator], kept: Sequence[Kept]) -> Iterator[Check]:
    """A line for each history, and for each operator that deletes what nothing keeps."""
    for operator in operators:
        policies = operator.config.policies
        if not operator.config.history.enabled and policies.ttl is not None and policies.ttl_action is TtlAction.DELETE:
            found = f"finished executions are deleted after {words(policies.ttl)}, and nothing keeps them"
            yield _GROUP.warning(f"operator {operator}", found, _KEEP)
    for one in kept:
        name = f"history {one.prefix}"
        if one.why:
            yield _GROUP.warning(name, f"it can't be read from here: {one.why}", "`glider get --history` needs that: docs/storage.md.")
        elif one.missing:
            shown = ", ".join(one.missing[:_SHOWN]) + (" …" if len(one.missing) > _SHOWN else "")
            found = f"of {one.compared} executions that ended more than {words(_LATE)} ago it lacks {len(one.missing)}: {shown}"
            step = f"See why: kubectl -n {one.operator.namespace} logs deployment/{one.operator.name}. {_ALLOW}"
            yield _GROUP.problem(name, found, step)
        else:
            yield _GROUP.ok(name, f"it has all of {one.compared} executions that ended more than {words(_LATE)} ago")


def _kept(operator: Operator, prefix: str, executions: Sequence[Json], *, now: datetime) -> Kept:
    from glider.settings.reading import read_settings
    from glider.storage.errors import StorageError
    from glider.storage.store import Storage
    from glider_core.archive.index import Index

    storage = Storage(read_settings(os.environ).storage, patience=_PATIENCE)
    index, compared, missing = Index(storage, prefix), 0, list[str]()
    try:
        storage.folders(index_uri(prefix))
        for (namespace, day), names in _by_day(executions, now=now).items():
            uids = index.uids(namespace, day)
            compared += len(names)
            missing += [f"{namespace}/{name}" for uid, name in names.items() if uid not in uids]
    except StorageError as error:
        return Kept(operator=operator, prefix=prefix, why=str(error))
    return Kept(operator=operator, prefix=prefix, compared=compared, missing=missing)


def _by_day(executions: Sequence[Json], *, now: datetime) -> dict[tuple[str, date], Mapping[str, str]]:
    """The names by UID of those that ended a while ago, by namespace and day: of the latest days, as many as are read."""
    days: dict[tuple[str, date], dict[str, str]] = {}
    for one in executions:
        metadata, completed = one["metadata"], parse_time((one.get("status") or {}).get("completionTime"))
        if is_finished(one) and completed is not None and now - completed > _LATE:
            days.setdefault((metadata["namespace"], day_of(completed)), {})[metadata["uid"]] = metadata["name"]
    latest = sorted(days, key=lambda one: one[1], reverse=True)[:_MOST_DAYS]
    return {one: days[one] for one in latest}


def _is_of(operator: Operator, execution: Json) -> bool:
    """Whether the operator serves it."""
    return operator.watches(execution["metadata"]["namespace"]) and (operator.config.instance_id or None) == instance_of(execution)
