"""Whatever somebody types: a value, or an error that names the option. Never anything else."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_client.inputs.arguments import divide
from glider_client.inputs.declarations import declared
from glider_client.inputs.files import NoStore
from glider_client.inputs.gathering import gathered

RECORD = {"a": {"type": "integer"}, "b": {"$ref": "#/x/y"}, "c": {"enum": ["q"]}, "d": {"anyOf": [{"type": "null"}, {"type": "array"}]}}
SIMPLE = ["integer", "float", "string", "boolean", "datetime", "duration", "enum[a, b]", "none", "struct", "file", "table"]
NESTED = ["list[integer]", "list[string]", "map[integer]", "list[list[datetime]]", "integer?", "string?", "list[integer]?", "map[struct]"]
TYPES: list[Any] = [
    *SIMPLE,
    *NESTED,
    {"simple": "STRUCT", "metadata": {"type": "object", "properties": RECORD}},
    {"unionType": {"variants": [{"simple": "INTEGER"}, {"collectionType": {"simple": "STRING"}}, {"simple": "STRUCT"}]}},
]
DATES = ["now", "today", " - ", " + ", "1h", "2 days", "2026-01-31", "T", "Z", "+99:00", "0001-01-01", "9999-12-31T23:59:59", "P", "PT"]
NUMBERS = ["1", "-", "1_", "_", "0x1", "1.5", "1e999", "nan", "inf", "9" * 25, "1" * 5000, "\u0661"]
SIGNS = [":", ",", "=", "[", "]", "{", "}", '"', "@", "~", "/", "--", "\0", "\u00e9", "\ud800", "[" * 3000]
WORDS = ["null", "true", "a=1", "[1,2]", '{"a":1}', "s3://", "@/etc/hostname", "@/", ".yaml"]
OPTIONS = ["--x"] * 6 + ["--x.a", "--x.b.c", "--x.d", "--no-x"]


@pytest.mark.parametrize("seed", range(4))
def test_a_value_or_an_error_of_the_option(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(1000):
        inputs = declared({"inputs": {"x": chance.choice(TYPES)}})
        line = []
        for _ in range(chance.randint(1, 3)):
            text = "".join(chance.choice([*DATES, *NUMBERS, *SIGNS, *WORDS]) for _ in range(chance.randint(0, 3)))
            line.append(f"{chance.choice(OPTIONS)}={text}")
        with suppress(FieldError):
            gathered(inputs, divide(line, inputs).given, transfer=NoStore(), now=datetime(2026, 1, 1, tzinfo=UTC))
