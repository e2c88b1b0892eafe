"""Which words of a command line are a task's inputs."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_client.inputs.arguments import divide
from glider_client.inputs.declarations import declared

INPUTS = declared(
    {
        "inputs": {
            "a": "integer",
            "learning_rate": "float",
            "Upper": "string",
            "verbose": "boolean",
            "maybe": "boolean?",
            "note": "string?",
            "cfg": "struct",
            "tags": "map[string]",
            "name": "string",
            "no_cache": "integer",
        }
    }
)
OPTIONS = ("--detach", "--name", "--env", "-n")


def given(*line: str) -> list[tuple[Any, ...]]:
    return [(one.input.name, one.text, *one.path) for one in divide(line, INPUTS, options=OPTIONS).given]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(["--a", "1"], [("a", "1")], id="an option and its value"),
        pytest.param(["--a=1"], [("a", "1")], id="with an equals sign"),
        pytest.param(["--a", "-1"], [("a", "-1")], id="a negative number is a value"),
        pytest.param(["--learning-rate", "0.1"], [("learning_rate", "0.1")], id="dashes for underscores"),
        pytest.param(["--learning_rate", "0.1"], [("learning_rate", "0.1")], id="underscores"),
        pytest.param(["--Upper", "x"], [("Upper", "x")], id="capitals, which click has not"),
        pytest.param(["--verbose"], [("verbose", "true")], id="a boolean is a flag"),
        pytest.param(["--no-verbose"], [("verbose", "false")], id="and its opposite"),
        pytest.param(["--no_verbose"], [("verbose", "false")], id="as pyflyte writes it"),
        pytest.param(["--verbose=no"], [("verbose", "no")], id="a boolean may have a value"),
        pytest.param(["--verbose", "false", "--a", "1"], [("verbose", "false"), ("a", "1")], id="in the next word, too"),
        pytest.param(["--verbose", "--a", "1"], [("verbose", "true"), ("a", "1")], id="a flag before another option"),
        pytest.param(["--no-note"], [("note", None)], id="null for what may be null"),
        pytest.param(["--no-maybe"], [("maybe", "false")], id="an optional boolean is a flag, too"),
        pytest.param(["--no-cache", "3"], [("no_cache", "3")], id="an input whose name begins with no"),
        pytest.param(["--cfg.lr", "0.1"], [("cfg", "0.1", "lr")], id="a field of a struct"),
        pytest.param(["--cfg.opt.lr=0.1"], [("cfg", "0.1", "opt", "lr")], id="a field of a field"),
        pytest.param(["--tags.owner", "me"], [("tags", "me", "owner")], id="an entry of a map"),
        pytest.param(["--note="], [("note", "")], id="an empty value"),
        pytest.param(["--note", "--"], [("note", "--")], id="two dashes as a value"),
        pytest.param(["--name", "x"], [("name", "x")], id="an input wins over an option of the command"),
    ],
)
def test_inputs(line: list[str], expected: list[tuple[Any, ...]]) -> None:
    assert given(*line) == expected


def test_the_command_keeps_its_own_options_in_any_order() -> None:
    found = divide(["--detach", "--a", "1", "-n", "team", "--env", "A=1"], INPUTS, options=OPTIONS)
    assert [one.option for one in found.given] == ["--a"]
    assert found.others == ("--detach", "-n", "team", "--env", "A=1")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param(["--learning-rat", "1"], "did you mean --learning_rate?", id="the nearest input"),
        pytest.param(["--detatch"], "did you mean --detach?", id="the nearest option"),
        pytest.param(["--a"], "--a: expected a value (integer), found nothing", id="no value at the end"),
        pytest.param(["--a", "--verbose"], "--a: expected a value (integer), found the option --verbose", id="no value before an option"),
        pytest.param(["--no-a"], "--no-a: expected one of the task's inputs", id="a number is no flag"),
        pytest.param(["--no-verbose=true"], "--no-verbose: expected no value", id="a value for the opposite"),
        pytest.param(["--a.b", "1"], "--a.b: expected one of the task's inputs", id="a field of a number"),
    ],
)
def test_refuses(line: list[str], error: str) -> None:
    with pytest.raises(FieldError) as raised:
        divide(line, INPUTS, options=OPTIONS)
    assert error in str(raised.value)


def test_a_task_without_inputs() -> None:
    with pytest.raises(
        FieldError, match="--a: expected an option of the command, since the task has no inputs, found the unknown option --a"
    ):
        divide(["--a", "1"], (), options=OPTIONS)
