"""Dataclasses: msgpack to the byte as flytekit writes it, JSON schema and all."""

# ruff: noqa: UP006, UP007, UP035, UP045 - people write the old spellings

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import typing
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Dict, FrozenSet, List, Literal, NamedTuple, Optional, Set, Tuple, Union

import msgpack
import pytest
from flytekit import FlyteDirectory as TheirDirectory
from flytekit import FlyteFile as TheirFile
from flytekit import StructuredDataset as TheirDataset
from flytekit.types.schema import FlyteSchema as TheirSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mashumaro import field_options
from mashumaro.config import BaseConfig
from mashumaro.mixins.json import DataClassJSONMixin
from mashumaro.types import SerializableType

from glider import FlyteDirectory, FlyteFile, FlyteSchema, StructuredDataset
from glider.types.errors import ConversionError
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

NOON = dt.datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=dt.timezone.utc)


CsvFile = FlyteFile.__class_getitem__("csv")  # what FlyteFile["csv"] is, in words that a type checker takes
TheirCsvFile = TheirFile["csv"]


def german_date(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d.%m.%Y").date()


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Pair(NamedTuple):
    a: int
    b: str = "x"


@dataclass
class Inner:
    x: int
    y: float = 1.5


@dataclass
class Numbers:
    i: int
    f: float
    s: str
    b: bool
    optional: Optional[int] = None
    either: Union[int, str] = "z"
    many: List[int] = field(default_factory=list)


@dataclass
class Everything:
    moment: dt.datetime
    day: dt.date
    time: dt.time
    duration: dt.timedelta
    color: Color
    inner: Inner
    inners: List[Inner]
    by_name: Dict[str, Inner]
    by_number: Dict[int, Inner]
    loose: dict  # type: ignore[type-arg]
    loose_list: list  # type: ignore[type-arg]
    data: bytes
    choice: Literal["a", "b"]
    numbers: Set[int]
    words: FrozenSet[str]
    pair: Tuple[int, str]
    some: Tuple[int, ...]
    price: decimal.Decimal
    id: uuid.UUID
    path: pathlib.Path
    anything: Any
    named: Pair
    nothing: None
    noted: Annotated[int, "why"]
    maybe: Optional[Inner] = None
    number: int = 3
    hue: Color = Color.RED
    birthday: dt.date = dt.date(2020, 1, 1)
    within: Inner = field(default_factory=lambda: Inner(1))
    patience: dt.timedelta = dt.timedelta(seconds=3)


@dataclass
class Mixed(DataClassJSONMixin):
    x: int
    color: Color
    when: dt.date
    inner: Inner


@dataclass
class Optioned:
    day: dt.date = field(metadata=field_options(serialize=lambda day: day.strftime("%d.%m.%Y"), deserialize=german_date))
    number: Any = field(default=0, metadata={"serialize": str, "deserialize": int})


class Secret:
    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass
class MixedOptioned(DataClassJSONMixin):
    secret: Secret = field(metadata=field_options(serialize=lambda secret: secret.text, deserialize=Secret))
    by_alias: int = field(default=0, metadata=field_options(alias="x"))

    class Config(BaseConfig):
        serialize_by_alias = True
        omit_default = True


class Celsius(SerializableType):
    def __init__(self, degrees: float) -> None:
        self.degrees = degrees

    def _serialize(self) -> dict[str, float]:
        return {"degrees": self.degrees}

    @classmethod
    def _deserialize(cls, value: dict[str, float]) -> Celsius:
        return cls(value["degrees"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Celsius) and other.degrees == self.degrees

    def __hash__(self) -> int:
        return hash(self.degrees)


@dataclass
class Weather:
    warm: Celsius
    all: List[Celsius] = field(default_factory=list)


@dataclass(frozen=True)
class Frozen:
    x: int


EVERYTHING = Everything(
    moment=NOON,
    day=dt.date(2026, 2, 28),
    time=dt.time(1, 2, 3),
    duration=dt.timedelta(days=1, microseconds=5),
    color=Color.BLUE,
    inner=Inner(1),
    inners=[Inner(1), Inner(2, 3.0)],
    by_name={"a": Inner(4)},
    by_number={7: Inner(5)},
    loose={"a": [1, None, {"b": 2.5}]},
    loose_list=[1, "x"],
    data=b"\x00\xff",
    choice="b",
    numbers={1},
    words=frozenset({"w"}),
    pair=(1, "x"),
    some=(1, 2, 3),
    price=decimal.Decimal("1.10"),
    id=uuid.UUID(int=7),
    path=pathlib.Path("/a/b"),
    anything={"free": True},
    named=Pair(1, "y"),
    nothing=None,
    noted=1,
)
VALUES = [
    pytest.param(Numbers(1, 2.5, "s", True), Numbers, id="simple fields, defaults left"),
    pytest.param(Numbers(-(2**53), -0.25, "é\n", False, 3, 4, [1, 2]), Numbers, id="simple fields, all set"),
    pytest.param(Numbers(1, 2, "", True), Numbers, id="an int for a float stays an int"),
    pytest.param(EVERYTHING, Everything, id="every type that fits into a dataclass"),
    pytest.param(Mixed(1, Color.RED, dt.date(2026, 1, 1), Inner(2)), Mixed, id="with mashumaro's mixin"),
    pytest.param(MixedOptioned(Secret("s"), 3), MixedOptioned, id="with mashumaro's mixin and its options"),
    pytest.param(Optioned(dt.date(2026, 3, 1), 7), Optioned, id="fields that say how they are written"),
    pytest.param(Weather(Celsius(20.5), [Celsius(1.0)]), Weather, id="a class that says how it is written"),
    pytest.param(Frozen(1), Frozen, id="a frozen one"),
    pytest.param([Inner(1), Inner(2)], List[Inner], id="a list of them"),
    pytest.param({"a": Inner(1)}, Dict[str, Inner], id="a dict of them"),
    pytest.param({1: Inner(1)}, Dict[int, Inner], id="a dict by int of them"),
    pytest.param(Inner(1), Optional[Inner], id="an optional one"),
    pytest.param(Frozen(1), Union[Frozen, Numbers], id="one of two"),
]


@pytest.mark.parametrize(("value", "hint"), VALUES)
def test_our_bytes_are_flytekits(value: Any, hint: Any) -> None:
    assert ours(value, hint) == theirs(value, hint)


@pytest.mark.parametrize(("value", "hint"), VALUES)
def test_we_read_what_flytekit_wrote(value: Any, hint: Any) -> None:
    assert read_by_ours(theirs(value, hint), hint) == value


@pytest.mark.parametrize(("value", "hint"), VALUES)
def test_flytekit_reads_what_we_wrote(value: Any, hint: Any) -> None:
    assert read_by_theirs(ours(value, hint), hint) == value


#: Mashumaro has no JSON schema of the one, and guesses that of the other from its functions' annotations.
WITHOUT_SCHEMA = (Weather, Optioned)


@pytest.mark.parametrize(
    "hint", {str(case.values[1]): case.values[1] for case in VALUES if case.values[1] not in WITHOUT_SCHEMA}.values(), ids=str
)
def test_our_literal_type_is_flytekits(hint: Any) -> None:
    assert our_type(hint) == their_type(hint)


@pytest.mark.parametrize(("value", "hint"), [case for case in VALUES if case.values[0] is not EVERYTHING])
def test_the_old_form_is_written_and_read(value: Any, hint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_USE_OLD_DC_FORMAT", "true")
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(theirs(value, hint), hint) == value


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Numbers,
        i=st.integers(-(2**63), 2**63 - 1),
        f=st.floats(allow_nan=False),
        s=st.text(),
        b=st.booleans(),
        optional=st.none() | st.integers(-(2**31), 2**31),
        either=st.integers(-(2**31), 2**31) | st.text(),
        many=st.lists(st.integers(-(2**31), 2**31)),
    )
)
def test_any_value_survives_both_ways(value: Numbers) -> None:
    literal = ours(value, Numbers)
    assert literal == theirs(value, Numbers)
    assert read_by_ours(literal, Numbers) == value


@dataclass
class Ours:
    file: FlyteFile
    csv: CsvFile  # type: ignore[valid-type]
    folder: FlyteDirectory
    data: StructuredDataset
    schema: FlyteSchema
    maybe: Optional[FlyteFile] = None
    files: List[FlyteFile] = field(default_factory=list)


@dataclass
class Theirs:
    file: TheirFile
    csv: TheirCsvFile  # type: ignore[valid-type]
    folder: TheirDirectory
    data: TheirDataset
    schema: TheirSchema
    maybe: Optional[TheirFile] = None
    files: List[TheirFile] = field(default_factory=list)


Theirs.__qualname__ = Theirs.__name__ = "Ours"  # the schema's title


def remote(files: Any, folder: Any, dataset: Any, schema: Any) -> list[Any]:
    data = dataset(uri="s3://b/data", file_format="parquet")
    return [files("s3://b/f"), files("s3://b/f.csv"), folder("s3://b/d"), data, schema]


def test_members_have_flytekits_schema() -> None:
    assert our_type(Ours) == their_type(Theirs)


def test_remote_members_are_passed_on() -> None:
    from glider.types.flyteschema import SchemaOpenMode

    schema = FlyteSchema(remote_path="s3://b/s", supported_mode=SchemaOpenMode.READ)
    value = Ours(*remote(FlyteFile, FlyteDirectory, StructuredDataset, schema), None, [FlyteFile("s3://b/g")])  # type: ignore[call-arg]
    literal = ours(value, Ours)
    assert msgpack.unpackb(literal.scalar.binary.value) == {
        "file": {"path": "s3://b/f"},
        "csv": {"path": "s3://b/f.csv"},
        "folder": {"path": "s3://b/d"},
        "data": {"uri": "s3://b/data", "file_format": "parquet"},
        "schema": {"remote_path": "s3://b/s"},
        "maybe": None,
        "files": [{"path": "s3://b/g"}],
    }
    found = read_by_ours(literal, Ours)
    assert found.file.remote_source == "s3://b/f"
    assert found.csv.extension() == "csv"
    assert found.folder.remote_source == "s3://b/d"
    assert (found.data.uri, found.data.file_format) == ("s3://b/data", "parquet")
    assert found.schema.remote_path == "s3://b/s"
    read = read_by_theirs(literal, Theirs)
    assert read.file.remote_source == "s3://b/f"
    assert read.folder.remote_source == "s3://b/d"
    assert ours(found, Ours) == literal


@dataclass
class WithFile:
    file: FlyteFile
    folder: FlyteDirectory


def test_local_members_are_uploaded(tmp_path: pathlib.Path, raw: pathlib.Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_text("inside")
    (tmp_path / "f").write_text("content")
    plain = msgpack.unpackb(ours(WithFile(FlyteFile(tmp_path / "f"), FlyteDirectory(tmp_path / "d")), WithFile).scalar.binary.value)
    assert plain["file"]["path"].startswith(f"{raw}/")
    assert pathlib.Path(plain["file"]["path"]).read_text() == "content"
    assert (pathlib.Path(plain["folder"]["path"]) / "a").read_text() == "inside"


def test_the_member_of_a_dataclass_is_read_by_itself() -> None:
    """Propeller hands `record.file` on as the msgpack of the member."""
    packed = msgpack.packb({"path": "s3://b/f"})
    literal = ours({}, dict)
    literal.scalar.binary.value = packed
    assert read_by_ours(literal, FlyteFile).remote_source == "s3://b/f"
    literal.scalar.binary.value = msgpack.packb("2026-01-31T12:00:00.123456+00:00")
    assert read_by_ours(literal, dt.datetime) == NOON
    literal.scalar.binary.value = msgpack.packb([{"x": 1}])
    assert read_by_ours(literal, List[Inner]) == [Inner(1)]


def test_a_dict_passes_for_a_dataclass() -> None:
    assert ours({"x": 1, "y": 2.5}, Inner) == theirs(Inner(1, 2.5), Inner)
    assert read_by_ours(ours({"x": 1}, Inner), Inner) == Inner(1)
    with pytest.raises(ConversionError, match=r"v\.x: expected int, found nothing"):
        ours({"z": 1}, Inner)


@dataclass
class Node:
    x: int
    lists: Union[List[int], List[str]]
    next: Optional["Node"] = None  # noqa: UP037


def test_a_dataclass_that_contains_itself() -> None:
    value = Node(1, [1], Node(2, ["a"]))
    assert our_type(Node).metadata == their_type(Node).metadata
    assert ours(value, Node) == theirs(value, Node)
    assert read_by_ours(theirs(value, Node), Node) == value


@dataclass
class Deep:
    items: List[Inner]
    by_name: Dict[str, Optional[Inner]] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(Deep([Inner(1), Inner("x")]), "o0.items[1].x: expected int, found str 'x'", id="a field deep inside"),  # type: ignore[arg-type]
        pytest.param(Deep([], {"k": Inner(1, None)}), "o0.by_name.k.y: expected float, found None", id="inside an optional"),  # type: ignore[arg-type]
        pytest.param(Deep(None), "o0.items: expected List[", id="None for a list"),  # type: ignore[arg-type]
        pytest.param(3, "o0: expected tests.unit.glider.types.test_records.Deep, found int 3", id="no dataclass at all"),
    ],
)
def test_the_message_names_the_path(value: Any, message: str) -> None:
    with pytest.raises(ConversionError) as raised:
        ours(value, Deep, "o0")
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        pytest.param({"items": [{"x": 1}, {"x": "q"}]}, "v.items[1].x: expected int, found str 'q'", id="of another type"),
        pytest.param({"items": [{}]}, "v.items[0].x: expected int, found nothing", id="missing"),
        pytest.param([], "v: expected tests.unit.glider.types.test_records.Deep, found list []", id="no object"),
    ],
)
def test_the_message_of_a_bad_input_names_the_path(plain: Any, message: str) -> None:
    literal = ours({}, dict)
    literal.scalar.binary.value = msgpack.packb(plain)
    with pytest.raises(ConversionError) as raised:
        read_by_ours(literal, Deep)
    assert str(raised.value) == message


def test_hints_are_resolved_once_they_exist() -> None:
    assert typing.get_type_hints(Ours)["csv"].extension() == "csv"
