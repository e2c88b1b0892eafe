"""Large literals in files of their own, with flytekit's own command as the judge."""

from __future__ import annotations

from pathlib import Path

import pytest
from flyteidl.core import literals_pb2
from flytekit.utils.pbhash import compute_hash_string
from hypothesis import given
from hypothesis import strategies as st

from glider.runtime.offloading import hash_of
from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Workspace, literal

NATIVE = """
def make(size: int) -> tuple[str, list[str], int]:
    return "x" * size, ["y" * size, "z"], size

def count(text: str, words: list[str]) -> int:
    return len(text) + sum(len(word) for word in words)
"""
FLYTEKIT = "from flytekit import task\n" + NATIVE.replace("def ", "@task\ndef ")
MODULES = pytest.mark.parametrize("module", [pytest.param(NATIVE, id="a plain function"), pytest.param(FLYTEKIT, id="a flytekit task")])
LARGE = 2 << 20


def made(workspace: Workspace, *, program: str = "glider-execute") -> literals_pb2.LiteralMap:
    workspace.inputs(size=LARGE)
    ended = workspace.run("make", program=program)
    assert ended.exit_code == 0, ended.stderr
    assert ended.outputs is not None
    return ended.outputs


@MODULES
def test_it_is_off_unless_the_lower_limit_is_set(workspace: Workspace, module: str) -> None:
    workspace.write(module)
    assert made(workspace).literals["o0"].scalar.primitive.string_value == "x" * LARGE


@MODULES
def test_literals_and_files_are_flytekits(workspace: Workspace, module: str) -> None:
    workspace.environment = {"_F_L_MIN_SIZE_MB": "1"}
    workspace.write(module)
    ours = made(workspace)
    our_files = files(workspace.folder / "out")
    workspace.write(FLYTEKIT)
    theirs = made(workspace, program="pyflyte-execute")
    assert ours == theirs
    assert {name: literals_pb2.Literal.FromString(data) for name, data in our_files.items()} == {
        name: literals_pb2.Literal.FromString(data) for name, data in files(workspace.folder / "out").items()
    }
    offloaded = ours.literals["o0"].offloaded_metadata
    assert offloaded.uri == f"{workspace.folder}/out/o0_offloaded_metadata.pb"
    assert offloaded.size_bytes >= LARGE
    assert ours.literals["o2"].scalar.primitive.integer == LARGE


@MODULES
@pytest.mark.parametrize("reader", ["glider-execute", "pyflyte-execute"])
def test_what_is_offloaded_comes_back(workspace: Workspace, module: str, reader: str) -> None:
    workspace.environment = {"_F_L_MIN_SIZE_MB": "1"}
    workspace.write(module)
    outputs = made(workspace)
    workspace.inputs(text=outputs.literals["o0"], words=outputs.literals["o1"])
    if reader == "pyflyte-execute":
        workspace.write(FLYTEKIT)
    ended = workspace.run("count", program=reader)
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.integer == 2 * LARGE + 1


@MODULES
def test_too_large_is_the_users_failure(workspace: Workspace, module: str) -> None:
    workspace.environment = {"_F_L_MIN_SIZE_MB": "1", "_F_L_MAX_SIZE_MB": "1"}
    workspace.write(module)
    workspace.inputs(size=LARGE)
    ended = workspace.run("make")
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("OutputTooLarge", Kind.NON_RECOVERABLE, Origin.USER)
    assert ended.error.message.startswith('the output "o0": expected less than 1048576 bytes (_F_L_MAX_SIZE_MB), found 2097')
    assert ended.exit_code == 1
    assert ended.outputs is None


def test_an_offloaded_literal_that_is_gone_names_its_uri(workspace: Workspace) -> None:
    workspace.write("def count(text: str) -> int:\n    return 1\n")
    gone = literals_pb2.Literal(offloaded_metadata={"uri": f"{workspace.folder}/gone.pb"})
    workspace.inputs(text=gone)
    ended = workspace.run("count")
    assert ended.error is not None
    assert (ended.error.kind, ended.error.origin) == (Kind.RECOVERABLE, Origin.SYSTEM)
    assert f"{workspace.folder}/gone.pb" in ended.error.message


def test_an_offloaded_literal_inside_a_list_comes_back_too(workspace: Workspace) -> None:
    workspace.write(NATIVE)
    (workspace.folder / "word.pb").write_bytes(literal("word").SerializeToString())
    inside = literals_pb2.Literal(offloaded_metadata={"uri": f"{workspace.folder}/word.pb"})
    workspace.inputs(text="text", words=literals_pb2.Literal(collection={"literals": [inside]}))
    ended = workspace.run("count")
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.integer == 8


def test_a_literal_that_refers_to_itself_ends(workspace: Workspace) -> None:
    workspace.write(NATIVE)
    endless = literals_pb2.Literal(offloaded_metadata={"uri": f"{workspace.folder}/endless.pb"})
    (workspace.folder / "endless.pb").write_bytes(endless.SerializeToString())
    workspace.inputs(text=endless, words=literals_pb2.Literal(collection={}))
    ended = workspace.run("count")
    assert ended.error is not None
    assert "offloaded more than 8 times over" in ended.error.message


@given(
    text=st.text(),
    number=st.integers(min_value=-(2**63), max_value=2**63 - 1),
    fraction=st.floats(),
    data=st.binary(),
    metadata=st.dictionaries(st.text(), st.text()),
)
def test_the_hash_is_flytekits(text: str, number: int, fraction: float, data: bytes, metadata: dict[str, str]) -> None:
    items = [
        literals_pb2.Literal(scalar={"primitive": {"string_value": text}}),
        literals_pb2.Literal(scalar={"primitive": {"integer": number}}),
        literals_pb2.Literal(scalar={"primitive": {"float_value": fraction}}),
        literals_pb2.Literal(scalar={"binary": {"value": data, "tag": "msgpack"}}, metadata=metadata),
    ]
    whole = literals_pb2.Literal(collection={"literals": items})
    assert hash_of(whole) == compute_hash_string(whole)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*_offloaded_metadata.pb")}
