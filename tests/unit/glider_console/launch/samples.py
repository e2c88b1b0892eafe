"""An interface with an input of every type, what is entered for each, and what `spec.inputs` is to have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Json = Any

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
#: As flytekit and Glider write the type of a dataclass.
CONFIG = {
    "simple": "STRUCT",
    "metadata": {
        "title": "Config",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "description": "What it is called."},
            "rate": {"type": "number", "default": 0.1},
            "steps": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
            "layers": {"type": "array", "items": {"type": "integer"}},
            "weights": {"type": "object", "additionalProperties": {"type": "number"}},
            "on": {"type": "boolean"},
            "colour": {"enum": ["red", "green"]},
            "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "at": {"type": "string", "format": "date-time"},
            "inner": {"$ref": "#/$defs/Inner"},
            "anything": {},
        },
        "$defs": {"Inner": {"type": "object", "properties": {"depth": {"type": "integer"}, "inner": {"$ref": "#/$defs/Inner"}}}},
    },
}
LITERAL = {"simple": "STRING", "annotation": {"annotations": {"literal_values": ["fast", "exact"]}}}
PAIR = {"unionType": {"variants": [{"simple": "STRING"}, {"simple": "INTEGER"}]}}
SCHEMA = {"schema": {"columns": [{"name": "age", "type": "INTEGER"}]}}
#: Type, entry, value: one of each type.
EVERY_TYPE: dict[str, tuple[Json, Json, Json]] = {
    "count": ("integer", "1_000", 1000),
    "rate": ("float", "0.5", 0.5),
    "limit": ("float", "inf", "Infinity"),
    "title": ("string", "10", "10"),
    "on": ("boolean", "true", True),
    "since": ("datetime", "2026-01-31T12:00+02:00", "2026-01-31T10:00:00Z"),
    "every": ("duration", "1h30m", "5400s"),
    "colour": ("enum[red, green]", "green", "green"),
    "mode": (LITERAL, "fast", "fast"),
    "maybe": ("integer?", "3", 3),
    "nothing": ("none", None, None),
    "pair": (PAIR, {"$variant": 1, "value": "7"}, 7),
    "layers": ("list[integer]", ["1", "2"], [1, 2]),
    "nested": ("list[list[string]]", [["a"], []], [["a"], []]),
    "weights": ("map[float]", [["a", "1"], ["b", "2.5"]], {"a": 1.0, "b": 2.5}),
    "anything": ("struct", '{"a": [1, null]}', {"a": [1, None]}),
    "config": (CONFIG, {"name": "n", "layers": ["1"], "inner": {"depth": "3"}}, {"name": "n", "layers": [1], "inner": {"depth": 3}}),
    "data": ("file[csv]", "s3://bucket/a.csv", "s3://bucket/a.csv"),
    "folder": ("directory", "s3://bucket/a", "s3://bucket/a"),
    "model": ("file[PythonPickle]", "s3://bucket/a.pickle", "s3://bucket/a.pickle"),
    "table": ("table[parquet]", "s3://bucket/a.parquet", "s3://bucket/a.parquet"),
    "ages": (SCHEMA, "s3://bucket/ages", "s3://bucket/ages"),
}
INTERFACE = {"inputs": {name: form for name, (form, _, _) in EVERY_TYPE.items()}}
ENTRIES = {name: entry for name, (_, entry, _) in EVERY_TYPE.items()}
VALUES = {name: value for name, (_, _, value) in EVERY_TYPE.items()}


def template(interface: Json = INTERFACE) -> dict[str, Any]:
    """A TaskTemplate with that interface."""
    spec = {"interface": interface, "container": {"image": "app:1", "args": ["pyflyte-execute", "--inputs", "{{.input}}"]}}
    return {"metadata": {"name": "every-1", "namespace": "ml"}, "spec": spec}


def execution(*, phase: str = "", **spec: Json) -> dict[str, Any]:
    """A TaskExecution as the API server has it."""
    metadata = {"name": "every-x7k2p", "namespace": "ml", "uid": "8d2c", "labels": {"team": "a"}}
    status = {"status": {"phase": phase}} if phase else {}
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": metadata, "spec": spec} | status
