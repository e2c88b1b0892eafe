"""Results that are pickles, declared or forged, run no code on the machine of who reads them, unless they are allowed."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle
import flytekit
import joblib
import numpy as np
import pytest
from flytekit import kwtypes
from sklearn.base import BaseEstimator
from typing_extensions import Annotated  # noqa: UP035 - flytekit's

from glider.settings.model import StorageSettings
from glider.storage.access import DataAccess, accessing
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError, Literal, LiteralMap
from glider_client.sdk.hints import Hints, hints_of
from glider_client.sdk.values import python_outputs
from tests.hostile_pickle import Opens

UNTYPED: Any = dict
HELD = Annotated[np.ndarray, kwtypes(allow_pickle=True)]


class Custom:
    """A class that has no transformer of its own."""


@dataclass
class Record:
    n: int


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    with accessing(DataAccess(storage=Storage(StorageSettings()), raw_prefix=f"file://{tmp_path}/store")):
        yield tmp_path


@pytest.fixture
def opened(store: Path) -> Path:
    """The folder that is there once one of the files was loaded."""
    path = store / "opened"
    (store / "value").write_bytes(pickle.dumps(Opens(path)))
    (store / "cloud").write_bytes(cloudpickle.dumps(Opens(path)))
    joblib.dump(Opens(path), store / "joblib")
    with (store / "array").open("wb") as file:
        np.save(file, np.array([Opens(path)], dtype=object), allow_pickle=True)
    assert not path.exists()
    return path


def blob(path: Path, format: str) -> Literal:
    return Literal(scalar={"blob": {"uri": str(path), "metadata": {"type": {"format": format}}}})


def pickled(folder: Path) -> Literal:
    return blob(folder / "value", "PythonPickle")


def forged(folder: Path) -> Literal:
    """What flytekit, and we, write for a dict that msgpack can't hold."""
    return Literal(scalar={"generic": {"pickle_file": str(folder / "value")}}, metadata={"format": "pickle"})


def offloaded(folder: Path) -> Literal:
    (folder / "literal").write_bytes(forged(folder).SerializeToString())
    return Literal(offloaded_metadata={"uri": str(folder / "literal")})


def several(literal: Literal) -> Literal:
    return Literal(collection={"literals": [literal]})


def called(literal: Literal) -> Literal:
    return Literal(map={"literals": {"key": literal}})


def returning(hint: Any) -> Callable[..., Any]:
    def task():
        return None

    task.__annotations__ = {"return": hint}
    return task


def by_flytekit(hint: Any) -> Callable[..., Any]:
    return flytekit.task(returning(hint))


def loaded(hints: Hints, literal: Literal, *, allow_pickle: bool = False) -> Any:
    return python_outputs(LiteralMap(literals={"o0": literal}), hints, allow_pickle=allow_pickle)["o0"]


HOSTILE = [
    pytest.param(Custom, pickled, id="any other class"),
    pytest.param(Any, lambda folder: blob(folder / "cloud", "PythonPickle"), id="cloudpickle's"),
    pytest.param(list[Custom], lambda folder: several(pickled(folder)), id="in a list"),
    pytest.param(dict[str, Custom], lambda folder: called(pickled(folder)), id="in a map"),
    pytest.param(UNTYPED, forged, id="forged in place of a dict"),
    pytest.param(list[UNTYPED], lambda folder: several(forged(folder)), id="forged within a list"),
    pytest.param(UNTYPED, offloaded, id="forged in a file of its own"),
    pytest.param(HELD, lambda folder: blob(folder / "array", "NumpyArray"), id="objects in an array"),
    pytest.param(BaseEstimator, lambda folder: blob(folder / "joblib", "SklearnEstimator"), id="joblib's"),
]


@pytest.mark.parametrize(("hint", "hostile"), HOSTILE)
@pytest.mark.parametrize("task", [returning, by_flytekit], ids=["of a function", "of a task of flytekit's"])
def test_a_hostile_pickle_is_refused(task: Callable[..., Any], hint: Any, hostile: Callable[[Path], Literal], opened: Path):
    with pytest.raises(FieldError, match=r"^o0: expected .*Glider\(allow_pickle=True\).*, found .*pickle"):
        loaded(hints_of(task(hint)), hostile(opened.parent))
    assert not opened.exists()


@pytest.mark.parametrize(("hint", "hostile"), HOSTILE)
def test_the_pickle_is_one(hint: Any, hostile: Callable[[Path], Literal], opened: Path):
    """Else nothing was tried."""
    loaded(hints_of(returning(hint)), hostile(opened.parent), allow_pickle=True)
    assert opened.exists()


@pytest.mark.parametrize("task", [returning, by_flytekit], ids=["of a function", "of a task of flytekit's"])
@pytest.mark.parametrize(
    ("hint", "deep"),
    [pytest.param(Iterator[UNTYPED], 1, id="an iterator"), pytest.param(list[Iterator[UNTYPED]], 2, id="several iterators")],
)
def test_items_that_are_loaded_later_are_refused_then(task: Callable[..., Any], hint: Any, deep: int, opened: Path):
    literal = several(forged(opened.parent))
    found = loaded(hints_of(task(hint)), literal if deep == 1 else several(literal))
    items = found if deep == 1 else found[0]
    assert len(items) == 1
    with pytest.raises(FieldError, match=r"^o0: expected .*allow_pickle=True"):
        next(items)
    assert not opened.exists()


@pytest.mark.parametrize("task", [returning, by_flytekit], ids=["of a function", "of a task of flytekit's"])
def test_other_items_come_as_ever_and_again(task: Callable[..., Any]):
    items = loaded(hints_of(task(Iterator[UNTYPED])), several(Literal(scalar={"generic": {"a": "b"}})))
    assert [list(items), list(items)] == [[{"a": "b"}], [{"a": "b"}]]


def test_who_allows_pickles_gets_what_they_hold(store: Path):
    (store / "value").write_bytes(pickle.dumps(Record(1)))
    assert loaded(hints_of(returning(Any)), pickled(store), allow_pickle=True) == Record(1)


ONE = {"scalar": {"primitive": {"integer": 1}}}
UNION = Literal(scalar={"union": {"value": ONE, "type": {"simple": "INTEGER", "structure": {"tag": "int"}}}})


@pytest.mark.parametrize(
    ("hint", "literal"),
    [
        pytest.param(int | Custom, UNION, id="of another variant"),
        pytest.param(list[Custom], Literal(collection={}), id="with no items"),
    ],
)
def test_a_value_without_a_file_is_no_pickle(hint: Any, literal: Literal):
    assert loaded(hints_of(returning(hint)), literal) in (1, [])


def test_what_holds_no_code_is_loaded(store: Path):
    with (store / "array").open("wb") as file:
        np.save(file, np.arange(3))
    assert loaded(hints_of(returning(np.ndarray)), blob(store / "array", "NumpyArray")).tolist() == [0, 1, 2]


def test_the_rest_of_the_process_may_load_its_own(opened: Path):
    """Only what is converted is kept from it, and only while it is."""
    with pytest.raises(FieldError):
        loaded(hints_of(returning(UNTYPED)), forged(opened.parent))
    assert pickle.loads(pickle.dumps(Record(1))) == Record(1)


def test_the_message_names_output_format_and_how_to_allow_it(opened: Path):
    with pytest.raises(FieldError) as declared:
        loaded(hints_of(returning(Custom)), pickled(opened.parent))
    assert str(declared.value) == (
        "o0: expected a value that runs no code when it is loaded, or Glider(allow_pickle=True) if you trust whoever wrote it, "
        "found file[PythonPickle], a pickle"
    )
    with pytest.raises(FieldError) as found:
        loaded(hints_of(returning(UNTYPED)), forged(opened.parent))
    assert str(found.value).endswith(f"found struct with a pickle that asks for {os.mkdir.__module__}.mkdir")
