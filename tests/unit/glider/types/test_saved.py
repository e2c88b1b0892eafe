"""Values of frameworks, each saved as one file. torch, keras and onnx are too large for this suite."""

# ruff: noqa: UP006, UP035, UP045 - people write the old spellings

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, List, Optional

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import sklearn.base
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from glider import kwtypes
from glider.types.errors import ConversionError
from glider.wire.jsonform import Literal
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

ARRAY = np.array([[1.5, 2], [3, 4]])
IMAGE = PIL.Image.new("RGB", (2, 3), (255, 0, 7))
MODEL = LinearRegression().fit([[1], [2]], [3, 5])
OBJECTS = Annotated[np.ndarray, kwtypes(allow_pickle=True)]


def content(literal: Literal) -> bytes:
    return Path(literal.scalar.blob.uri).read_bytes()


@pytest.mark.parametrize(
    ("value", "hint", "suffix"),
    [
        pytest.param(ARRAY, np.ndarray, ".npy", id="numpy"),
        pytest.param(ARRAY, npt.NDArray[np.float64], ".npy", id="numpy with a type of its items"),
        pytest.param(ARRAY, Annotated[npt.NDArray[np.float64], kwtypes(allow_pickle=False)], ".npy", id="the same with options"),
        pytest.param(np.array([{"a": 1}], dtype=object), OBJECTS, ".npy", id="numpy with objects"),
        pytest.param(IMAGE, PIL.Image.Image, ".png", id="PIL"),
        pytest.param(MODEL, sklearn.base.BaseEstimator, ".joblib", id="sklearn"),
        pytest.param(MODEL, LinearRegression, ".joblib", id="an estimator's own class"),
    ],
)
def test_the_file_is_flytekits(value: Any, hint: Any, suffix: str, raw: Path) -> None:
    literal, other = ours(value, hint), theirs(value, hint)
    assert literal.scalar.blob.metadata == other.scalar.blob.metadata
    assert content(literal) == content(other)
    path = Path(literal.scalar.blob.uri)
    assert (path.suffix, path.parent.parent) == (suffix, raw)


@pytest.mark.parametrize("hint", [npt.NDArray[np.float64], np.ndarray[Any, np.dtype[np.int64]], List[npt.NDArray[Any]]], ids=str)
def test_an_array_with_a_type_of_its_items_is_an_array(hint: Any) -> None:
    value = [ARRAY] if hint == List[npt.NDArray[Any]] else ARRAY
    assert our_type(hint) == their_type(hint)
    assert np.array_equal(read_by_ours(ours(value, hint), hint), value)
    assert np.array_equal(read_by_theirs(ours(value, hint), hint), value)
    with pytest.raises(ConversionError, match=r"v: expected .*ndarray.*, found str 'x'"):
        ours("x", hint)


def test_a_masked_array_is_refused_before_its_mask_is_lost() -> None:
    with pytest.raises(ConversionError, match=r"v: expected numpy.ndarray that can be saved, (?s:found .*its mask) would be lost"):
        ours(np.ma.masked_array([1, 2], [True, False]), np.ndarray)


def test_both_read_each_other() -> None:
    assert (read_by_ours(theirs(ARRAY, np.ndarray), np.ndarray) == ARRAY).all()
    assert (read_by_theirs(ours(ARRAY, np.ndarray), np.ndarray) == ARRAY).all()
    assert read_by_ours(theirs(IMAGE, PIL.Image.Image), PIL.Image.Image).tobytes() == IMAGE.tobytes()
    assert read_by_theirs(ours(IMAGE, PIL.Image.Image), PIL.Image.Image).tobytes() == IMAGE.tobytes()
    for model in (
        read_by_ours(theirs(MODEL, LinearRegression), LinearRegression),
        read_by_theirs(ours(MODEL, LinearRegression), LinearRegression),
    ):
        assert model.predict([[3]])[0] == pytest.approx(7)


@pytest.mark.parametrize(
    "hint",
    [np.ndarray, OBJECTS, PIL.Image.Image, sklearn.base.BaseEstimator, List[np.ndarray], Optional[np.ndarray], npt.NDArray[np.float64]],
    ids=str,
)
def test_the_literal_type_is_flytekits(hint: Any) -> None:
    assert our_type(hint) == their_type(hint)


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("torch.Tensor", "PyTorchTensor"),
        ("torch.nn.modules.module.Module", "PyTorchModule"),
        ("keras.src.models.model.Model", "TensorFlowModel"),
    ],
)
def test_a_framework_is_known_by_name_without_being_here(name: str, format_: str) -> None:
    module, _, qualname = name.rpartition(".")
    hint = type("Mine", (type(qualname, (), {"__module__": module}),), {})
    assert our_type(hint).blob.format == format_


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_nan=False), min_size=1), st.sampled_from([np.float32, np.float64, np.int64, np.bool_]))
def test_any_array_survives(values: list[float], kind: Any) -> None:
    with np.errstate(all="ignore"):
        array = np.array(values).astype(kind)
    assert content(ours(array, np.ndarray)) == content(theirs(array, np.ndarray))
    assert np.array_equal(read_by_ours(ours(array, np.ndarray), np.ndarray), array)


@pytest.mark.parametrize(
    ("value", "hint", "message"),
    [
        pytest.param([1], np.ndarray, "v: expected numpy.ndarray, found list [1]", id="a list is no array"),
        pytest.param(np.array([{}], dtype=object), np.ndarray, "v: expected numpy.ndarray that can be saved, found", id="objects"),
        pytest.param(None, PIL.Image.Image, "v: expected PIL.Image.Image, found None", id="None"),
    ],
)
def test_a_value_that_does_not_fit_is_named(value: Any, hint: Any, message: str) -> None:
    with pytest.raises(ConversionError) as raised:
        ours(value, hint)
    assert str(raised.value).startswith(message)
