"""The rows of a task's help text."""

from __future__ import annotations

from glider_client.inputs.declarations import declared
from glider_client.inputs.helping import rows

CONFIG = {
    "simple": "STRUCT",
    "metadata": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "steps": {"type": "integer", "default": 3}, "colour": {"enum": ["red", "green"]}},
    },
}


def test_each_input_has_a_row() -> None:
    types = {
        "a": {"type": "integer", "description": "The first number."},
        "b": {"type": "integer", "default": 3},
        "rate": {"type": "float", "required": False},
        "verbose": {"type": "boolean", "default": False},
        "note": "string?",
        "colour": "enum[red, green]",
        "files": "list[file]",
        "by_name": "map[integer]",
        "cfg": CONFIG,
    }
    assert list(rows(declared({"inputs": types}))) == [
        ("--a INTEGER", "The first number. [required]"),
        ("--b INTEGER", "[default: 3]"),
        ("--rate FLOAT", ""),
        ("--verbose / --no-verbose", "[default: false]"),
        ("--note STRING", "[may be null: --no-note]"),
        ("--colour [red|green]", "[required]"),
        ("--files FILE...", "[required]"),
        ("--by_name MAP[INTEGER]", "[required]"),
        ("--cfg STRUCT", "[required]"),
        ("  --cfg.colour [red|green]", ""),
        ("  --cfg.name STRING", "[required]"),
        ("  --cfg.steps INTEGER", "[default: 3]"),
    ]


def test_a_field_of_an_object_that_may_be_left_out_is_not_required() -> None:
    inner = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}
    order = {"type": "object", "required": ["needed"], "properties": {"needed": inner, "inner": inner}}
    assert list(rows(declared({"inputs": {"order": {"simple": "STRUCT", "metadata": order}}}))) == [
        ("--order STRUCT", "[required]"),
        ("  --order.inner.x INTEGER", ""),
        ("  --order.needed.x INTEGER", "[required]"),
    ]
