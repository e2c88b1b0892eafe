"""Each field of the table of core/v1, with what nobody expects in it: what passes our check, a real API server can decode.

The fuzz finds such a field by chance; this asks for all of them. The API server may refuse a value, if it names the field.
"""

from __future__ import annotations

import asyncio
import copy
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.shapes import check_shape, fields_of, required_of, shapes
from glider_core.kube.transport import HttpTransport
from tests.cluster.fixtures import Cluster
from tests.integration.test_fuzz import complaints

ODD = ("", "a", "a/b", "1h", "2026-02-30T12:00:00Z", "2026-01-31T12:00:00.5+02:00", "\x00", "1e3", "1.5Gi", "é", -1, 2**31, 2**63, 1.5)
ODD_ITEMS: tuple[Any, ...] = (True, [], [None], ["a"], [1], [{}], {}, {"a": None}, {"a": "b"}, {"a": 1}, {"time": "b"})
MINIMAL = {"string": "a", "int32": 1, "int64": 1, "boolean": True, "quantity": "1", "port": 80, "name": "a", "time": "2026-01-31T12:00:00Z"}
AT_ONCE = 500

Place = Callable[[Any], dict[str, Any]]


async def test_what_passes_the_check_can_be_decoded(crds: Cluster, api: HttpTransport):
    sent = [
        (pod, f"{kind}.{field}: {value!r}")
        for kind, place in places().items()
        for field in fields_of(kind)
        for value in (*ODD, *ODD_ITEMS)
        if (pod := pod_with(kind, field, value, place)) is not None
    ]
    assert len(sent) > 2_000
    faults: list[str] = []
    for i in range(0, len(sent), AT_ONCE):
        for found in await asyncio.gather(*(complaints(api, pod, what) for pod, what in sent[i : i + AT_ONCE])):
            faults += found
    assert faults == []


def pod_with(kind: str, field: str, value: Any, place: Place) -> dict[str, Any] | None:
    """A pod in which the `field` of a `kind` is `value`; None if our check refuses that."""
    one = {**minimal(kind), field: copy.deepcopy(value)}
    try:
        check_shape(one, kind, path="p")
    except FieldError:
        return None
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": place(one)}


def places() -> dict[str, Place]:
    """Each kind that a pod's spec is made of, and a spec with one of it."""
    found: dict[str, Place] = {}
    left: deque[tuple[str, Place]] = deque([("PodSpec", lambda spec: spec)])
    while left:
        kind, place = left.popleft()
        if kind not in found:
            found[kind] = place
            left.extend(inner_places(kind, place))
    return found


def inner_places(kind: str, place: Place) -> Iterator[tuple[str, Place]]:
    for field, form in fields_of(kind).items():
        inner = form.replace("[]", "").replace("{}", "")
        if inner in shapes():
            yield inner, partial(_within, place=place, kind=kind, field=field, form=form)


def _within(one: Any, *, place: Place, kind: str, field: str, form: str) -> dict[str, Any]:
    return place({**minimal(kind), field: wrapped(one, form)})


def wrapped(one: Any, form: str) -> Any:
    match form[:2]:
        case "[]":
            return [wrapped(one, form[2:])]
        case "{}":
            return {"a": wrapped(one, form[2:])}
    return one


def minimal(kind: str) -> Any:
    """A value of `kind` with nothing in it but what is required."""
    match kind[:2]:
        case "[]":
            return []
        case "{}":
            return {}
    return MINIMAL[kind] if kind in MINIMAL else {field: minimal(fields_of(kind)[field]) for field in required_of(kind)}
