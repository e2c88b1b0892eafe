"""A field that is declared is read, refused in words, written, and in the CRD; nothing else has to be said anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from glider.wire.jsonform import FieldError
from glider_core.api.codec import codec, object_of
from glider_core.api.fields import Fields
from glider_core.api.kinds import api_field, count, required_text
from glider_core.api.moments import format_time, parse_time
from glider_core.api.settings import Rule, Setting, parse_section, section
from tests.reference.crds import schema_of_field
from tests.unit.glider_core.builders import T0


@dataclass(frozen=True, kw_only=True, slots=True)
class Inner:
    least_size: int = api_field("How many at least.", count(most=5), default=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outer:
    name: str = api_field("What it is called.", required_text(most=63))
    inner: Inner = api_field("How many.", section(Inner), default=Inner, name="size")


def test_it_is_read_by_its_name_in_yaml():
    read = parse_section(Outer, Fields({"name": "x", "size": {"leastSize": 3}}, path="spec"))
    assert read == Outer(name="x", inner=Inner(least_size=3))


def test_its_default_is_that_of_the_dataclass():
    assert parse_section(Outer, Fields({"name": "x", "size": None}, path="spec")) == Outer(name="x")


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        pytest.param({}, "spec.name: expected a string, found nothing", id="missing"),
        pytest.param({"name": "x", "size": 3}, "spec.size: expected an object, found 3", id="of another form"),
        pytest.param(
            {"name": "x", "size": {"leastSise": 3}},
            'spec.size: expected only the fields leastSize (did you mean leastSize?), found "leastSise"',
            id="unknown",
        ),
    ],
)
def test_what_does_not_fit_is_named(document, refusal):
    with pytest.raises(FieldError) as refused:
        parse_section(Outer, Fields(document, path="spec"))
    assert str(refused.value) == refusal


def test_the_crd_says_the_same():
    assert schema_of_field(Setting(doc="All of it.", kind=section(Outer))) == {
        "description": "All of it.",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"description": "What it is called.", "type": "string", "minLength": 1, "maxLength": 63},
            "size": {
                "description": "How many.",
                "type": "object",
                "properties": {
                    "leastSize": {"description": "How many at least.", "type": "integer", "format": "int32", "minimum": 0, "maximum": 5}
                },
            },
        },
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    last_seen: datetime | None = api_field(
        "When it was seen.", codec("string", {"type": "string", "format": "date-time"}, decode=parse_time, encode=format_time)
    )


def test_a_field_of_the_status_is_read_and_written_by_one_declaration():
    kind = object_of(Seen)
    assert kind.encode(Seen(last_seen=T0)) == {"lastSeen": format_time(T0)}
    assert kind.decode({"lastSeen": format_time(T0), "bogus": 1}) == Seen(last_seen=T0)
    assert kind.encode(Seen()) == {}
    assert schema_of_field(Setting(doc="It.", kind=kind))["properties"]["lastSeen"]["format"] == "date-time"


def test_a_rule_is_passed_on_to_the_api_server():
    rule = Rule(cel="self == oldSelf", message="is immutable", field_path=".spec")
    schema = schema_of_field(Setting(doc="It.", kind=replace(section(Inner), rules=(rule,))))
    assert schema["x-kubernetes-validations"] == [{"rule": "self == oldSelf", "fieldPath": ".spec", "message": "is immutable"}]
