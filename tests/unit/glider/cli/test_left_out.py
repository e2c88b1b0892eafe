"""Inputs that nobody gives: the function's default counts, else None where that is a value of the parameter."""

from __future__ import annotations

import pytest

from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal
from tests.unit.glider.support import Workspace

SOURCE = """
from typing import Optional
def main(t: Optional[int], a: int, n: int = 3, s: Optional[str] = "x", u: Optional[str] = None) -> str:
    return repr((t, a, n, s, u))
"""
KINDS = {"a plain function": SOURCE, "a flytekit task": "from flytekit import task\n" + SOURCE.replace("def main", "@task\ndef main")}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_is_the_functions_default_or_none(workspace: Workspace, kind: str) -> None:
    workspace.write(KINDS[kind])
    workspace.inputs(a=to_literal(5, parse_type("integer?"), field="a"))  # the interface may say more than the function takes
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.string_value == "(None, 5, 3, 'x', None)"
