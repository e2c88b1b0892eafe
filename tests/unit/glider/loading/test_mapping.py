"""Which element of a map task runs, and with which inputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from flyteidl.core import literals_pb2

from glider.invocation import Invocation
from glider.loading.mapping import array_index
from glider.loading.target import Mapped, NativeTask, Reference
from glider.outcome.failures import InvalidInputError
from glider.runtime.mapping import check_elements, element_of, located
from glider.settings.model import SettingsError, StorageSettings
from glider.storage.store import Storage
from tests.unit.glider.support import literal

VARIABLE = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "INDEX"}


@pytest.mark.parametrize(
    ("environment", "index"),
    [
        pytest.param({}, 0, id="none is told"),
        pytest.param(VARIABLE | {"INDEX": "3"}, 3, id="the variable that is named"),
        pytest.param(VARIABLE | {"INDEX": "3", "BATCH_JOB_ARRAY_INDEX_OFFSET": "10"}, 13, id="with an offset"),
        pytest.param({"BATCH_JOB_ARRAY_INDEX_OFFSET": "10"}, 10, id="an offset alone"),
        pytest.param(VARIABLE | {"BATCH_JOB_ARRAY_INDEX_OFFSET": ""}, 0, id="all empty"),
    ],
)
def test_the_index(environment: Mapping[str, str], index: int) -> None:
    assert array_index(environment) == index


@pytest.mark.parametrize("value", ["-1", "two", "1.5"])
def test_an_index_that_is_none(value: str) -> None:
    with pytest.raises(SettingsError, match=f'INDEX: expected the index of an element, found "{value}"'):
        array_index(VARIABLE | {"INDEX": value})


@pytest.mark.parametrize(
    ("resolver", "prefix"),
    [
        ("flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver", "s3://b/out"),
        ("flytekit.core.legacy_map_task.MapTaskResolver", "s3://b/out/4"),
        ("flytekit.core.map_task.MapTaskResolver", "s3://b/out/4"),
    ],
)
def test_only_legacy_map_tasks_get_a_folder_by_their_index(resolver: str, prefix: str) -> None:
    invocation = Invocation(inputs="in", output_prefix="s3://b/out", reference=Reference(resolver=resolver, arguments=(), mapped=Mapped()))
    assert located(invocation, VARIABLE | {"INDEX": "4"}).output_prefix == prefix


def listed(*values: int) -> literals_pb2.Literal:
    return literals_pb2.Literal(collection={"literals": [literal(value) for value in values]})


def picked(inputs: Mapping[str, literals_pb2.Literal], *, bound: frozenset[str] = frozenset(), index: int = 1) -> literals_pb2.LiteralMap:
    task = NativeTask(name="app.main", function=lambda: None, bound=bound)
    return element_of(literals_pb2.LiteralMap(literals=inputs), task, index=index, storage=Storage(StorageSettings()))


def test_lists_give_one_element_and_what_is_bound_stays() -> None:
    made = picked({"a": listed(5, 6), "b": listed(7), "c": literal("x")}, bound=frozenset({"b", "c"}))
    assert dict(made.literals) == {"a": literal(6), "b": listed(7), "c": literal("x")}


def test_an_offloaded_list_is_read(tmp_path: Path) -> None:
    (tmp_path / "list.pb").write_bytes(listed(5, 6).SerializeToString())
    offloaded = literals_pb2.Literal(offloaded_metadata={"uri": str(tmp_path / "list.pb")})
    assert dict(picked({"a": offloaded}).literals) == {"a": literal(6)}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param(
            listed(5), "the input a: expected a list with an element 1, counted from 0, found a list of 1 element$", id="too short"
        ),
        pytest.param(literal(1), "the input a: expected a list, of which element 1 is mapped, found integer 1", id="no list"),
    ],
)
def test_what_can_not_be_mapped(value: literals_pb2.Literal, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        picked({"a": value})
    with pytest.raises(InvalidInputError, match=says):
        checked({"a": value}, index=1)


def checked(inputs: Mapping[str, literals_pb2.Literal], *, index: int) -> None:
    storage = Storage(StorageSettings())
    check_elements(literals_pb2.LiteralMap(literals=inputs), names=["a", "b"], bound={"b"}, index=index, storage=storage)


def test_what_flytekit_maps_is_checked_before_it_does() -> None:
    checked({"a": listed(5, 6), "b": literal(1)}, index=1)
    with pytest.raises(InvalidInputError, match="the input b: expected a value, found nothing"):
        checked({"a": listed(5, 6)}, index=1)
    with pytest.raises(InvalidInputError, match="the input a: expected a list, of which element 1 is mapped, found nothing"):
        checked({"b": literal(1)}, index=1)
