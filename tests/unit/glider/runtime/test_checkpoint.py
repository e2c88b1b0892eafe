"""Checkpoints: what either writes the other reads, file for file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flytekit.core.checkpointer import SyncCheckpoint

from glider.runtime.checkpoint import Checkpoint


def ours(target: Path, source: Path | None = None) -> Checkpoint:
    return Checkpoint(target=str(target), source=str(source) if source else None)


def theirs(target: Path, source: Path | None = None) -> Any:
    return SyncCheckpoint(checkpoint_dest=str(target), checkpoint_src=str(source) if source else None)


BOTH = [pytest.param(ours, id="ours"), pytest.param(theirs, id="flytekit's")]
SAVED: list[Any] = [
    pytest.param(lambda checkpoint, folder: checkpoint.write(b"bytes"), {"_dst_cp": b"bytes"}, id="bytes"),
    pytest.param(lambda checkpoint, folder: checkpoint.save(io.BytesIO(b"reader")), {"_dst_cp": b"reader"}, id="a reader"),
    pytest.param(lambda checkpoint, folder: checkpoint.save(folder / "a.bin"), {"a.bin": b"a"}, id="a file"),
    pytest.param(lambda checkpoint, folder: checkpoint.save(str(folder / "a.bin")), {"a.bin": b"a"}, id="a file's name"),
    pytest.param(lambda checkpoint, folder: checkpoint.save(folder), {"a.bin": b"a", "sub/b": b"b"}, id="a folder"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "data"
    (here / "sub").mkdir(parents=True)
    (here / "a.bin").write_bytes(b"a")
    (here / "sub" / "b").write_bytes(b"b")
    return here


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("save", "expected"), SAVED)
@pytest.mark.parametrize("writer", BOTH)
@pytest.mark.parametrize("reader", BOTH)
def test_saved_and_restored(
    tmp_path: Path, folder: Path, save: Callable[[Any, Path], None], expected: dict[str, bytes], writer: Any, reader: Any
) -> None:
    stored, mine = tmp_path / "stored", tmp_path / "mine"
    mine.mkdir()
    save(writer(stored), folder)
    assert tree(stored) == expected
    checkpoint = reader(tmp_path / "next", stored)
    assert checkpoint.prev_exists()
    assert checkpoint.restore(mine) == mine
    assert tree(mine) == expected
    assert checkpoint.restore() == mine  # it is restored once


@pytest.mark.parametrize("reader", BOTH)
def test_a_single_file_is_read(tmp_path: Path, reader: Any) -> None:
    ours(tmp_path / "stored").write(b"bytes")
    assert reader(tmp_path / "next", tmp_path / "stored").read() == b"bytes"


@pytest.mark.parametrize("reader", BOTH)
def test_several_files_are_no_single_checkpoint(tmp_path: Path, folder: Path, reader: Any) -> None:
    ours(tmp_path / "stored").save(folder)
    with pytest.raises(ValueError, match="Expected exactly one checkpoint - found 2"):
        reader(tmp_path / "next", tmp_path / "stored").read()


@pytest.mark.parametrize("reader", BOTH)
def test_the_first_attempt_has_nothing_to_restore(tmp_path: Path, reader: Any) -> None:
    checkpoint = reader(tmp_path / "next")
    assert (checkpoint.prev_exists(), checkpoint.restore(), checkpoint.read()) == (False, None, None)


@pytest.mark.parametrize("reader", BOTH)
def test_a_checkpoint_is_restored_to_a_folder(tmp_path: Path, reader: Any) -> None:
    ours(tmp_path / "stored").write(b"")
    with pytest.raises(ValueError, match=r"folder|directory"):
        reader(tmp_path / "next", tmp_path / "stored").restore(tmp_path / "nowhere")


def test_an_attempt_that_saved_nothing_leaves_nothing_where_flytekit_fails(tmp_path: Path) -> None:
    checkpoint = ours(tmp_path / "next", tmp_path / "never")
    assert (checkpoint.prev_exists(), checkpoint.restore(), checkpoint.read()) == (True, None, None)


def test_anything_else_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a path or a reader, found int"):
        ours(tmp_path).save(1)  # type: ignore[arg-type]
