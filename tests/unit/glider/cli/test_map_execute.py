"""glider-map-execute from outside."""

from __future__ import annotations

import pytest
from flyteidl.core import literals_pb2

from tests.unit.glider.support import BIN, DEFAULT_RESOLVER, Ended, Workspace, literal

ARRAY_NODE = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"
LEGACY = "flytekit.core.legacy_map_task.MapTaskResolver"
PLAIN = "import sys\ndef main(a: int, b: str = '-') -> str:\n    return f'{a}{b}{\"flytekit\" in sys.modules}'\n"
OF_FLYTEKIT = "from flytekit import task\n" + PLAIN.replace("def main", "@task\ndef main")


def run(workspace: Workspace, *, resolver: str = ARRAY_NODE, bound: str = "", options: tuple[str, ...] = ()) -> Ended:
    items = literals_pb2.Literal(collection={"literals": [literal(5), literal(6)]})
    workspace.inputs(a=items, **({bound: literal("+")} if bound else {}))
    workspace.environment |= {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "INDEX", "INDEX": "1"}
    before = workspace.command("main")[1:7]
    after = ["--resolver", resolver, "--", "vars", bound, "resolver", DEFAULT_RESOLVER, "task-module", "app", "task-name", "main"]
    return workspace.run(command=[str(BIN / "glider-map-execute"), *before, *options, *after])


def test_a_plain_function_is_mapped_without_flytekit(workspace: Workspace) -> None:
    workspace.write(PLAIN)
    ended = run(workspace, options=("--max-concurrency", "3"))
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("6-False")


@pytest.mark.parametrize("source", [PLAIN, OF_FLYTEKIT], ids=["a plain function", "a flytekit task"])
def test_what_is_bound_is_the_same_for_all(workspace: Workspace, source: str) -> None:
    workspace.write(source)
    ended = run(workspace, bound="b")
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.string_value.startswith("6+")


@pytest.mark.parametrize("source", [PLAIN, OF_FLYTEKIT], ids=["a plain function", "a flytekit task"])
def test_an_index_beyond_the_list_is_an_error(workspace: Workspace, source: str) -> None:
    workspace.write(source)
    workspace.environment["BATCH_JOB_ARRAY_INDEX_OFFSET"] = "5"
    error = run(workspace).error
    assert error is not None
    assert (error.code, error.origin.value) == ("InvalidInput", "USER")


def test_an_index_that_is_none_is_told_in_error_pb(workspace: Workspace) -> None:
    workspace.write(PLAIN)
    workspace.environment["BATCH_JOB_ARRAY_INDEX_OFFSET"] = "five"
    error = run(workspace).error
    assert error is not None
    assert error.code == "InvalidSettings"
    assert 'BATCH_JOB_ARRAY_INDEX_OFFSET: expected the index of an element, found "five"' in error.message


def test_legacy_map_tasks_write_below_their_index(workspace: Workspace) -> None:
    workspace.write(PLAIN)
    assert run(workspace, resolver=LEGACY).exit_code == 0
    assert (workspace.folder / "out" / "1" / "outputs.pb").exists()
    assert not (workspace.folder / "out" / "outputs.pb").exists()


def test_a_resolver_without_a_task_is_an_error(workspace: Workspace) -> None:
    command = [str(BIN / "glider-map-execute"), *workspace.command("main")[1:7], "--resolver", ARRAY_NODE, "--", "vars", "a"]
    error = workspace.run(command=command).error
    assert error is not None
    assert "expected the map resolver's arguments `vars BOUND,INPUTS resolver RESOLVER ARGUMENTS…`, found `vars a`" in error.message
