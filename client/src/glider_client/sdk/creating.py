"""Creates an execution once, whatever becomes of the answer.

A connection that breaks leaves open whether the request was carried out. The name is the client's, so a second request either
creates the execution or finds the first one's. The same holds for a command that was interrupted, and is repeated with the same name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import AlreadyExistsError, NotFoundError, UnavailableError, UnreachableError
from glider_client.cluster.paths import executions
from glider_core.api.execution import is_finished

Json = Mapping[str, Any]

_TRIES = 4
_PAUSE = 0.5


def create_once(
    cluster: Cluster,
    document: Json,
    *,
    renamed: Callable[[], str] | None = None,
    resumes: bool = False,
    repeats: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> Json:
    """`document` as the API server has it.

    Args:
        cluster: where to.
        document: the execution.
        renamed: makes another name where the first is taken; without it that is an error.
        resumes: take up the one of that name where the same was asked for and it isn't finished: an interrupted command has created it.
        repeats: the same request may have been sent before, as by a double click: take the one of that name where the same was asked for,
            finished or not.
        pause: how to wait before another try.

    Raises:
        AlreadyExistsError: there is another execution of that name.
        ClusterError: the API server refuses, or doesn't answer.
    """
    path = executions(document["metadata"]["namespace"])
    asked = repeats
    for attempt in range(_TRIES):
        try:
            return cluster.create(path, document)
        except AlreadyExistsError:
            there = _read(cluster, document) if asked or resumes else None
            if there is not None and _is_same(there, document) and (asked or _goes_on(there)):
                return there
            if renamed is None:
                raise
            document = {**deepcopy(dict(document)), "metadata": {**document["metadata"], "name": renamed()}}
            asked = False
        except (UnreachableError, UnavailableError):
            asked = True
            if attempt + 1 == _TRIES:
                raise
            pause(_PAUSE * 2**attempt)
    return cluster.create(path, document)


def _read(cluster: Cluster, document: Json) -> Json | None:
    with suppress(NotFoundError):
        return cluster.get(executions(document["metadata"]["namespace"], document["metadata"]["name"]))
    return None


def _is_same(there: Json, document: Json) -> bool:
    """Whether `there` was made from `document`: the API server only adds to it."""
    return _holds(there["spec"], document["spec"]) and all(
        _holds(there["metadata"].get(part, {}), document["metadata"].get(part, {})) for part in ("labels", "annotations")
    )


def _holds(there: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        return all(name in there and _holds(there[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(there, list):
        return len(there) == len(wanted) and all(map(_holds, there, wanted))
    return bool(there == wanted)


def _goes_on(there: Json) -> bool:
    return not is_finished(there) and "deletionTimestamp" not in there["metadata"]
