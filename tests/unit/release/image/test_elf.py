"""What a program or library needs is read from the file, as the dynamic loader does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from release.image import elf

INTERPRETER = Path(sys.executable).resolve()


@pytest.mark.skipif(shutil.which("readelf") is None, reason="has nothing to compare with: binutils are missing")
def test_it_finds_what_readelf_finds() -> None:
    listed = subprocess.run(["readelf", "--dynamic", "--program-headers", INTERPRETER], capture_output=True, text=True, check=True).stdout
    found = elf.read(INTERPRETER)
    assert found is not None
    assert found.needed == tuple(re.findall(r"\(NEEDED\).*\[(.*)\]", listed))
    assert found.interpreter == re.findall(r"program interpreter: (.*)\]", listed)[0]


def test_a_python_needs_the_c_library_and_a_loader() -> None:
    found = elf.read(INTERPRETER)
    assert found is not None
    assert "libc.so.6" in found.needed
    assert found.interpreter is not None
    assert Path(found.interpreter).exists()


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(60)], ids=["empty", "a script", "of 32 bits"])
def test_other_files_need_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert elf.read(tmp_path / "file") is None
