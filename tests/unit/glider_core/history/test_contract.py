"""docs/history.md is what other tools read the history by: its tables have all that is written, with the types that it has."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime

import orjson

from glider.wire import zstd
from glider.wire.logparts import part_name
from glider_core.history.layout import Segment, index_day_uri, record_uri
from glider_core.history.records import OwnFolders, Record, encode_record
from glider_core.history.rows import Row
from glider_core.history.segments import KEYS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "history.md").read_text()
TYPES = {
    "str": "string", "int": "integer", "float | None": "number", "int | None": "integer",
    "Mapping[str, str]": "object of strings", "tuple[str, ...]": "list of strings",
}  # fmt: skip
DAY = datetime(2026, 11, 30, tzinfo=UTC).date()


def section(title: str) -> str:
    return PAGE.partition(f"### {title}\n")[2].partition("\n##")[0]


def test_each_key_of_a_row_is_there_with_its_type() -> None:
    documented: dict[str, str] = {}
    for line in re.findall(r"^\| (`.*)$", section("Index"), re.MULTILINE):
        keys, kind, _ = (cell.strip() for cell in line.split("|")[:3])
        documented |= dict.fromkeys(re.findall(r"`(\w+)`", keys), kind)
    assert documented == {KEYS[one.name]: TYPES[str(one.type)] for one in fields(Row)}


def test_each_key_of_a_record_is_there() -> None:
    full = Record(
        execution={"a": 1}, archived=datetime(2026, 11, 30, tzinfo=UTC), template={"a": 1}, resolved={"a": 1}, pods=({"a": 1},),
        events=({"a": 1},), storage=OwnFolders(metadata="s3://b/m", raw=("s3://b/r",)),
    )  # fmt: skip
    written = orjson.loads(zstd.decompress(encode_record(full), most=1 << 20))
    example = section("Records").partition("```yaml\n")[2].partition("```")[0]
    assert set(re.findall(r"^(\w+):", example, re.MULTILINE)) == set(written)
    assert set(re.findall(r"^  (\w+):", example, re.MULTILINE)) == set(written["storage"])


def test_the_layout_is_what_is_written() -> None:
    layout = PAGE.partition("## The layout\n")[2].partition("\n### ")[0]
    patterns = [
        re.sub(r"<[a-z]+>", "[^/]+", line.split()[0].replace(".", r"\.")) for line in re.findall(r"^    (<.*)$", layout, re.MULTILINE)
    ]
    segment = f"{index_day_uri('P', namespace='a', day=DAY)}/{Segment(0, 'x').name}"
    assert re.fullmatch(patterns[0], record_uri("P", namespace="a", day=DAY, uid="u"))
    assert re.fullmatch(patterns[1], segment)
    assert layout.count("logs/<n>.log.zst") == 1 and part_name(3) == "3.log.zst"
