"""Values that fit a place, and values that nobody expects there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from glider_core.api.shapes import fields_of, required_of

Json = Any


def nested(levels: int) -> Json:
    """Objects and lists in each other."""
    value: Json = 1
    for i in range(levels):
        value = {"a": value} if i % 2 else [value]
    return value


NUMBERS = (0, 1, -1, 7, 1.5, -0.0, 1e20, 10**20, 10**30, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 1e308, 5e-324)
TEXTS = (
    *("", " ", "a", "A", "é", "\x00", "a\nb", "\u2028", "🙂", "..", ".", "/", "a/b", "a%2fb", "-", "_", "$(A)", "$$(A)", "{{.inputs.a}}"),
    *(
        "{{.input}}",
        "{{ $outputPrefix }}",
        "{{.outputPrefx}}",
        "{{",
        "}}",
        "1",
        "true",
        "null",
        "1Gi",
        "500m",
        "-1",
        "1e999",
        "NaN",
        "0x1F",
    ),
    *("5m", "0", "-5m", "999999999999999h", "2026-01-31T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30"),
    *(
        "s3://b/p",
        "s3://",
        "s3://b/\x00",
        "file:///etc/passwd",
        "http://[::1",
        "://",
        "primary",
        "task",
        "default",
        "glider-executor",
        "kube",
    ),
    *("list[integer]", "list[" * 40 + "integer" + "]" * 40, "integer?????", "file[csv]", "x" * 64, "y" * 300, "ß" * 3_000),
)
CONTAINERS: tuple[Any, ...] = (
    [],
    [None],
    [[]],
    {},
    {"a": None},
    {"": ""},
    {"a": {}},
    [{}],
    ["a"],
    [{"name": "a"}],
    {"name": "a"},
    nested(10),
    nested(63),
    nested(70),
    nested(300),
)
ODD = (None, True, False, *NUMBERS, *TEXTS, *CONTAINERS)


def odd(rng: Random) -> Json:
    """Something that nobody expects."""
    return copy.deepcopy(rng.choice(ODD))


_WORDS: dict[str, tuple[str, ...]] = {
    "name": ("a", "b", "primary", "task", "default", "default-init", "primary-init", "c", "d", "e", "f", "glider"),
    "mountPath": ("/a", "/a/", "/dev/shm", "/b", "/c", "a"),
    "image": ("registry.example/app:1", "app"),
    "restartPolicy": ("Never", "Always"),
    "operator": ("Exists", "In", "Equal", "NotIn", "DoesNotExist", "Gt"),
    "effect": ("NoSchedule", "NoExecute"),
    "whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "protocol": ("TCP", "UDP"),
    "imagePullPolicy": ("Always", "Never"),
    "dnsPolicy": ("Default", "ClusterFirst"),
    "ip": ("192.0.2.1",),
    "key": ("a", "nvidia.com/gpu", "k8s.amazonaws.com/accelerator"),
}


def of_shape(kind: str, rng: Random, *, name: str = "", levels: int = 5) -> Json:
    """A value of a type of core/v1, with few of the fields that it may have."""
    if kind.startswith("[]"):
        return [of_shape(kind[2:], rng, name=name, levels=levels - 1) for _ in range(rng.choice((0, 1, 1, 2)))]
    if kind.startswith("{}"):
        keys = rng.sample(("a", "cpu", "memory", "nvidia.com/gpu", "gpu", "ephemeral-storage", "team"), rng.randrange(3))
        return {key: of_shape(kind[2:], rng, name=name, levels=levels - 1) for key in keys}
    match kind:
        case "string":
            return rng.choice(_WORDS.get(name, ("a", "b", "", "$(A)", "x", "y")))
        case "int32" | "int64":
            return rng.choice((0, 1, 7, 30, 65532, -1))
        case "boolean":
            return rng.random() < 0.5
        case "quantity":
            return rng.choice(("1", 1, "500m", "1Gi", 0.5, "0"))
        case "port":
            return rng.choice((80, "http"))
        case "name":
            return rng.choice(("a", "gvisor", "a.b"))
        case "time":
            return rng.choice(("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+02:00"))
        case "any":
            return {}
    fields = fields_of(kind)
    optional = [field for field in fields if field not in required_of(kind)]
    wanted = rng.sample(optional, min(len(optional), rng.choice((0, 1, 1, 2, 3)) if levels > 0 else 0))
    return {field: of_shape(fields[field], rng, name=field, levels=levels - 1) for field in (*required_of(kind), *wanted)}


MOMENTS = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-31T24:00:00Z", "20260131T120000Z")
TYPES: dict[str, Callable[[Random], Json]] = {
    "integer": lambda rng: rng.choice((0, -1, 2**63 - 1)),
    "float": lambda rng: rng.choice((0.5, 3, "NaN", 1e300)),
    "string": lambda rng: rng.choice(("", "x", "$(A)", "{{.input}}", "🙂" * 100)),
    "boolean": lambda rng: rng.random() < 0.5,
    "datetime": lambda rng: rng.choice(("2026-01-31T12:00:00Z", "2026-01-31", *MOMENTS)),
    "duration": lambda rng: rng.choice(("90s", "1h30m", "0", "87660000h", "99999999999h", "999999999999999h")),
    "none": lambda rng: None,
    "struct": lambda rng: {"a": rng.choice((1, 1.5, 10**20, 10**20 + 1, 2**64, "\ud83d", [None, {"b": "c"}], nested(30)))},
    "file": lambda rng: "s3://b/f",
    "directory[parquet]": lambda rng: "s3://b/d",
}


def typed(rng: Random, *, levels: int = 3) -> tuple[str | Json, Json]:
    """A type of Flyte's, and a value of it."""
    kind = rng.random()
    if levels and kind < 0.3:
        inner, value = typed(rng, levels=levels - 1)
        if not isinstance(inner, str):
            return {"collectionType": inner}, [value]
        form = rng.choice(("list[{}]", "map[{}]", "{}?"))
        return form.format(inner), {"list[{}]": [value], "map[{}]": {"k": value}, "{}?": value}[form]
    if kind < 0.4:
        return rng.choice(
            (
                ({"simple": "INTEGER"}, 3),
                ({"enumType": {"values": ["a", "b"]}}, "a"),
                ({"structuredDatasetType": {"columns": [{"name": "a", "literalType": {"simple": "INTEGER"}}]}}, "s3://b/t"),
                ({"unionType": {"variants": [{"simple": "INTEGER"}, {"simple": "STRING"}]}}, "a"),
                ({"schema": {}}, "s3://b/s"),
                ({"simple": "INTEGER", "annotation": {"annotations": {"literal_values": [1, 2]}}}, 1),
            )
        )
    name = rng.choice(tuple(TYPES))
    return name, odd(rng) if rng.random() < 0.15 else TYPES[name](rng)
