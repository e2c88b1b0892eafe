"""pydantic models: what pydantic says as JSON, in flytekit's envelope."""

# ruff: noqa: UP006, UP035, UP045 - people write the old spellings

from __future__ import annotations

import datetime as dt
import enum
from pathlib import Path
from typing import Any, Dict, List, Optional

import msgpack
import pytest
from flytekit import FlyteDirectory as TheirDirectory
from flytekit import FlyteFile as TheirFile
from flytekit import StructuredDataset as TheirDataset
from flytekit.types.schema import FlyteSchema as TheirSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from glider import FlyteDirectory, FlyteFile, FlyteSchema, StructuredDataset
from glider.settings.model import StorageSettings
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import StorageNotConfiguredError
from glider.storage.store import Storage
from glider.types.errors import ConversionError
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

CsvFile = FlyteFile.__class_getitem__("csv")  # what FlyteFile["csv"] is, in words that a type checker takes
TheirCsvFile = TheirFile["csv"]


class Color(enum.Enum):
    RED = "red"


class Inner(BaseModel):
    x: int
    y: float = 1.5


class Outer(BaseModel):
    inner: Inner
    many: List[Inner] = []
    by_name: Dict[str, int] = {}
    color: Color = Color.RED
    when: Optional[dt.datetime] = None
    text: str = ""


VALUES = [
    pytest.param(Inner(x=1), Inner, id="a small one"),
    pytest.param(
        Outer(inner=Inner(x=1), many=[Inner(x=2)], when=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)), Outer, id="a nested one"
    ),
    pytest.param([Inner(x=1)], List[Inner], id="a list of them"),
    pytest.param(Inner(x=1), Optional[Inner], id="an optional one"),
]


@pytest.mark.parametrize(("value", "hint"), VALUES)
def test_both_write_the_same_and_read_each_other(value: Any, hint: Any) -> None:
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(theirs(value, hint), hint) == value
    assert read_by_theirs(ours(value, hint), hint) == value


@pytest.mark.parametrize(("value", "hint"), VALUES)
def test_the_old_form(value: Any, hint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_USE_OLD_DC_FORMAT", "true")
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(theirs(value, hint), hint) == value


@pytest.mark.parametrize("hint", [Inner, Outer], ids=lambda hint: hint.__name__)
def test_our_literal_type_is_flytekits(hint: Any) -> None:
    assert our_type(hint) == their_type(hint)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(Inner, x=st.integers(-(2**63), 2**63 - 1), y=st.floats(allow_nan=False, allow_infinity=False)))
def test_any_value_survives_both_ways(value: Inner) -> None:
    assert ours(value, Inner) == theirs(value, Inner)
    assert read_by_ours(theirs(value, Inner), Inner) == value


class Ours(BaseModel):
    file: FlyteFile
    csv: CsvFile  # type: ignore[valid-type]
    folder: FlyteDirectory
    data: StructuredDataset
    schema_: FlyteSchema
    maybe: Optional[FlyteFile] = None


class Theirs(BaseModel):
    file: TheirFile
    csv: TheirCsvFile  # type: ignore[valid-type]
    folder: TheirDirectory
    data: TheirDataset
    schema_: TheirSchema
    maybe: Optional[TheirFile] = None

    model_config = {"title": "Ours"}


def test_members_have_flytekits_schema() -> None:
    assert our_type(Ours) == their_type(Theirs)


def test_members_travel_by_their_uris(tmp_path: Path, raw: Path) -> None:
    (tmp_path / "f").write_text("content")
    schema = FlyteSchema.from_plain({"remote_path": "s3://b/s"}, "s")
    data = StructuredDataset(uri="s3://b/data", file_format="parquet")
    value = Ours(file=FlyteFile(tmp_path / "f"), csv=FlyteFile("s3://b/c"), folder=FlyteDirectory("s3://b/d"), data=data, schema_=schema)
    literal = ours(value, Ours)
    plain = msgpack.unpackb(literal.scalar.binary.value)
    uploaded = plain.pop("file")["path"]
    assert uploaded.startswith(f"{raw}/")
    assert plain == {
        "csv": {"path": "s3://b/c"},
        "folder": {"path": "s3://b/d"},
        "data": {"uri": "s3://b/data", "file_format": "parquet"},
        "schema_": {"remote_path": "s3://b/s"},
        "maybe": None,
    }
    found = read_by_ours(literal, Ours)
    assert found.folder.remote_source == "s3://b/d"
    assert Path(found.file).read_text() == "content"
    read = read_by_theirs(literal, Theirs)
    assert read.folder.remote_source == "s3://b/d"


def test_the_message_names_the_path() -> None:
    literal = ours({"inner": {"x": 1}, "many": [{"x": "q"}]}, dict)
    with pytest.raises(ConversionError, match=r"v\.many\[0\]\.x: expected Outer \(Input should be a valid integer.*\), found str 'q'"):
        read_by_ours(literal, Outer)
    with pytest.raises(ConversionError, match=r"o0: expected .*Inner, found int 3"):
        ours(3, Inner, "o0")


class WithFile(BaseModel):
    file: FlyteFile


def test_a_file_that_is_not_there_is_the_users_fault() -> None:
    with pytest.raises(ConversionError, match=r"v \(FlyteFile\): expected a file that exists"):
        ours(WithFile(file=FlyteFile("/no/where")), WithFile)


def test_a_store_that_is_not_there_is_not_the_users_fault(tmp_path: Path) -> None:
    use_access(DataAccess(storage=Storage(StorageSettings())))
    (tmp_path / "x").touch()
    with pytest.raises(StorageNotConfiguredError):
        ours(WithFile(file=FlyteFile(tmp_path / "x")), WithFile)
