"""What `glider replay` refuses before it runs anything: inputs that somebody else may have written, and that may be pickles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glider.wire.jsonform import FieldError, Literal, LiteralMap
from glider_client.cli.replay import check_pickles
from glider_client.local.replaying import Original

FILE = "s3://bucket/value"
BLOB = Literal(scalar={"blob": {"uri": FILE, "metadata": {"type": {"format": "PythonPickle"}}}})
FORGED = Literal(scalar={"generic": {"pickle_file": FILE}}, metadata={"format": "pickle"})
STRUCT = Literal(scalar={"generic": {"pickle_file": FILE}})
OFFLOADED = Literal(offloaded_metadata={"uri": FILE})
NUMBER = Literal(scalar={"primitive": {"integer": 1}})


def original(kind: Any, **spec: Any) -> Original:
    return Original(execution={"spec": spec}, task={"interface": {"inputs": {"a": kind}}})


def in_file(folder: Path, kind: str, literal: Literal) -> Original:
    (folder / "inputs.pb").write_bytes(LiteralMap(literals={"a": literal}).SerializeToString())
    return original(kind, inputsUri=f"file://{folder}/inputs.pb")


@pytest.mark.parametrize("kind", ["file[PythonPickle]", "file[SklearnEstimator]", "file[PyTorchModule]", "file[TensorFlowModel]"])
def test_an_input_whose_type_is_a_pickles_is_refused(kind: str):
    with pytest.raises(FieldError) as caught:
        check_pickles(original(kind, inputs={"a": FILE}))
    assert str(caught.value) == (
        "inputs.a: expected an input that runs no code when it is loaded, or --allow-pickle if you trust whoever wrote it, "
        f"found {kind}, which may be a pickle"
    )


def test_a_default_is_an_input():
    with pytest.raises(FieldError, match=r"^inputs\.a: "):
        check_pickles(original({"type": "file[PythonPickle]", "default": FILE}))


@pytest.mark.parametrize(
    ("kind", "literal"),
    [
        pytest.param("file[PythonPickle]", BLOB, id="of that type"),
        pytest.param("struct", FORGED, id="forged in place of a dict"),
        pytest.param("list[struct]", Literal(collection={"literals": [STRUCT, FORGED]}), id="in a list"),
        pytest.param("map[struct]", Literal(map={"literals": {"key": FORGED}}), id="in a map"),
        pytest.param("struct?", Literal(scalar={"union": {"value": FORGED}}), id="in a union"),
        pytest.param("struct", OFFLOADED, id="a struct in a file of its own"),
    ],
)
def test_one_in_a_file_of_inputs_is_refused(tmp_path: Path, kind: str, literal: Literal):
    with pytest.raises(FieldError, match=r"^inputs\.a: .*--allow-pickle"):
        check_pickles(in_file(tmp_path, kind, literal))


@pytest.mark.parametrize(
    ("kind", "literal"),
    [
        pytest.param("integer", NUMBER, id="a number"),
        pytest.param("struct", STRUCT, id="a dict"),
        pytest.param("list[string]", OFFLOADED, id="texts in a file of their own"),
        pytest.param("file[csv]", BLOB, id="a file that nobody loads"),
    ],
)
def test_any_other_input_is_as_ever(tmp_path: Path, kind: str, literal: Literal):
    check_pickles(in_file(tmp_path, kind, literal))


@pytest.mark.parametrize(
    "ran",
    [
        pytest.param(Original(execution={"spec": {}}, task={}), id="of a task without an interface"),
        pytest.param(original("integer"), id="an input is missing"),
        pytest.param(original("integer", inputsUri="file:///nowhere/inputs.pb"), id="there is no file"),
    ],
)
def test_other_mistakes_are_for_the_run_to_report(ran: Original):
    check_pickles(ran)


def test_an_input_that_does_not_fit_is_named():
    with pytest.raises(FieldError, match=r"^spec\.inputs\.a: expected integer"):
        check_pickles(original("integer", inputs={"a": "x"}))
