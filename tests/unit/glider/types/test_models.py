"""pydantic models: what pydantic says as JSON, in flytekit's envelope."""

# ruff: noqa: UP006, UP007, UP035, UP045 - people write the old spellings

from __future__ import annotations

import datetime as dt
import enum
from pathlib import Path
from typing import Any, Dict, Generic, List, Literal, Optional, Tuple, TypeVar, Union

import msgpack
import pytest
from flytekit import FlyteDirectory as TheirDirectory
from flytekit import FlyteFile as TheirFile
from flytekit import StructuredDataset as TheirDataset
from flytekit.types.schema import FlyteSchema as TheirSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr, computed_field, field_validator

from glider import FlyteDirectory, FlyteFile, FlyteSchema, StructuredDataset
from glider.settings.model import StorageSettings
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import StorageNotConfiguredError
from glider.storage.store import Storage
from glider.types.errors import ConversionError
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

CsvFile = FlyteFile.__class_getitem__("csv")  # what FlyteFile["csv"] is, in words that a type checker takes
TheirCsvFile = TheirFile["csv"]


T = TypeVar("T")


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


class Aliased(BaseModel):
    rate: float = Field(0.1, alias="x")
    other: int = Field(alias="y-y")


class Paired(BaseModel):
    """What is written by the alias of the one is read by that of the other."""

    x: int = Field(0, validation_alias="in", serialization_alias="out")


class Computed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    side: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def area(self) -> int:
        return self.side**2


class Choosing(BaseModel):
    kind: Literal["cat"]
    lives: int


class Barking(BaseModel):
    kind: Literal["dog"]
    loud: bool


class Owner(BaseModel):
    pet: Union[Choosing, Barking] = Field(discriminator="kind")


class Listing(RootModel[List[int]]):
    pass


class Boxed(BaseModel, Generic[T]):
    x: T


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow", use_enum_values=True)
    color: Color = Color.RED
    where: Path = "/a"  # type: ignore[assignment]
    pair: Tuple[int, str] = (1, "x")
    any: Any = (1, 2)
    number: float = 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param(Aliased.model_validate({"x": 0.5, "y-y": 3}), {"x": 0.5, "y-y": 3}, id="aliases"),
        pytest.param(Computed(side=2), {"side": 2}, id="a computed field that would be one too many"),
        pytest.param(Owner(pet=Barking(kind="dog", loud=True)), {"pet": {"kind": "dog", "loud": True}}, id="a discriminated union"),
        pytest.param(Listing([1, 2]), [1, 2], id="a root model"),
        pytest.param(Boxed[dt.date](x=dt.date(2026, 1, 1)), {"x": "2026-01-01"}, id="a generic model"),
        pytest.param(Loose(color=Color.RED, more=1), None, id="defaults that aren't validated, extra fields"),  # type: ignore[call-arg]
    ],
)
def test_a_model_is_written_as_flytekit_and_we_read_it_back(value: Any, plain: Any) -> None:
    hint = type(value)
    literal = ours(value, hint)
    if plain is not None:
        assert msgpack.unpackb(literal.scalar.binary.value) == plain
        assert read_by_ours(literal, hint) == read_by_theirs(literal, hint) == value
    assert read_by_ours(literal, hint).model_dump_json() == value.model_dump_json()


def test_what_flytekit_wrote_by_a_name_that_has_an_alias_is_read() -> None:
    value = Aliased.model_validate({"x": 0.5, "y-y": 3})
    assert read_by_ours(theirs(value, Aliased), Aliased) == value


class Secret(BaseModel):
    token: SecretStr


class Doubling(BaseModel):
    x: int

    @field_validator("x")
    @classmethod
    def double(cls, value: int) -> int:
        return value * 2


class Base(BaseModel):
    x: int = 0


class More(Base):
    y: int = 0


class Around(BaseModel):
    base: Base


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        pytest.param(
            Secret, Secret(token=SecretStr("s")), r"v.token: expected a value that is read back as it was, found .*SecretStr", id="a secret"
        ),
        pytest.param(
            Doubling,
            Doubling(x=1),
            "v.x: expected a value that is read back as it was, found int 2, which is read as int 4",
            id="a validator",
        ),
        pytest.param(
            Paired, Paired.model_validate({"in": 3}), "v.x: .*, found int 3, which is read as int 0", id="two aliases of one field"
        ),
        pytest.param(Base, More(y=1), "v: .*, found .*More", id="a derived model that would lose a field"),
        pytest.param(Around, Around(base=More(y=1)), "v.base: .*, found .*More", id="the same inside another"),
        pytest.param(
            Inner,
            Inner(x=1, y=float("inf")),
            "v.y: expected a value that can be read back as .*, found None",
            id="infinity, which pydantic makes null",
        ),
    ],
)
def test_a_model_that_would_come_back_as_another_is_refused(hint: Any, value: Any, message: str) -> None:
    with pytest.raises(ConversionError, match=f"^{message}"):
        ours(value, hint)
