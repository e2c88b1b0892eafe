"""Creates an execution once, whatever becomes of the answer.

A connection that breaks leaves open whether the request was carried out. The name is the client's, so a second request either
creates the execution or finds the first one's.
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

Json = Mapping[str, Any]

_TRIES = 4
_PAUSE = 0.5


def create_once(
    cluster: Cluster,
    document: Json,
    *,
    renamed: Callable[[], str] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Json:
    """`document` as the API server has it.

    Args:
        cluster: where to.
        document: the execution.
        renamed: makes another name where the first is taken; without it that is an error.
        pause: how to wait before another try.

    Raises:
        AlreadyExistsError: there is another execution of that name.
        ClusterError: the API server refuses, or doesn't answer.
    """
    path = executions(document["metadata"]["namespace"])
    asked = False
    for attempt in range(_TRIES):
        try:
            return cluster.create(path, document)
        except AlreadyExistsError:
            there = _read(cluster, document) if asked else None
            if there is not None and _is_same(there, document):
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
    """Whether `there` was made from `document`: the API server only adds defaults."""
    return all(
        there["spec"].get(field) == value for field, value in document["spec"].items() if field in ("taskRef", "inputs", "inputsUri")
    )
