"""What the kernel tells: real processes, and cgroups' files where no cgroup can be made."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from glider.telemetry import process
from glider.telemetry.process import age_seconds, cpu_seconds, descendants
from glider.wire.summary import Usage
from tests.unit.glider.support import Workspace

BURN = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
MEGABYTE = 1 << 20


def usage_of(workspace: Workspace, source: str) -> Usage:
    workspace.write(textwrap.dedent(source))
    ended = workspace.run()
    assert ended.summary is not None and ended.summary.error is None, ended.stderr
    return ended.summary.usage


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"def main() -> int:\n    exec({BURN!r})\n    return 1\n", id="the task itself"),
        pytest.param(
            f"import subprocess, sys\ndef main() -> int:\n    return subprocess.call([sys.executable, '-c', {BURN!r}])\n",
            id="a child that it has waited for",
        ),
        pytest.param(
            f"import subprocess, sys\ndef main() -> int:\n"
            f"    code = {BURN!r} + chr(10) + 'print(1, flush=True); time.sleep(5)'\n"
            f"    child = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE)\n"
            f"    return len(child.stdout.readline())\n",
            id="a child that still lives",
        ),
    ],
)
def test_cpu_seconds_are_those_of_all_processes(workspace: Workspace, source: str) -> None:
    assert 0.5 <= usage_of(workspace, source).cpu_seconds < 5


def test_cpu_seconds_of_a_process_beside(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", BURN + "\nprint(1, flush=True); input()"], stdin=-1, stdout=-1) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdout.readline()
        assert child.pid in list(descendants(os.getpid()))
        assert cpu_seconds(besides=[child.pid]) - cpu_seconds() >= 0.25  # it is counted twice now
        child.stdin.close()


@pytest.mark.parametrize(
    ("source", "least"),
    [
        pytest.param("def main() -> int:\n    return len(bytearray(150 << 20)) * 0\n", 150, id="the task itself"),
        pytest.param(
            "import subprocess, sys\ndef main() -> int:\n    return subprocess.call([sys.executable, '-c', 'bytearray(150 << 20)'])\n",
            150,
            id="a child that it has waited for",
        ),
        pytest.param("def main() -> int:\n    return 0\n", 5, id="a task that does nothing"),
    ],
)
def test_peak_memory_is_that_of_the_largest_process_at_least(workspace: Workspace, source: str, least: int) -> None:
    assert least * MEGABYTE <= usage_of(workspace, source).peak_memory_bytes < (least + 100) * MEGABYTE


def test_a_child_of_a_large_process_does_not_inherit_its_peak(workspace: Workspace) -> None:
    """The kernel's rusage of a program begins with what the one before exec() held."""
    ballast = bytearray(200 << 20)
    assert usage_of(workspace, "def main() -> int:\n    return 0\n").peak_memory_bytes < 100 * MEGABYTE
    assert len(ballast) > 0


def test_age_counts_from_the_start_of_a_process() -> None:
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as child:
        time.sleep(0.3)
        age = age_seconds(child.pid)
        assert 0.28 <= age <= time.monotonic() - began + 0.02
        assert child.stdin is not None
        child.stdin.close()
    assert age_seconds() > age
    assert age_seconds(child.pid) == 0.0, "it has ended"


def cgroup(folder: Path, **files: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"cgroup.procs": f"1\n{os.getpid()}\n", **{name.replace("__", "."): text for name, text in files.items()}}.items():
        (folder / name).write_text(text)
    return str(folder)


def test_a_containers_cgroup_tells_its_peak_without_the_cache_that_it_holds(tmp_path: Path) -> None:
    """A fake: making a cgroup takes root, and v1 and v2 aren't both to be had. tests/e2e looks at a real one."""
    v2 = cgroup(tmp_path / "v2", memory__peak="1000\n", memory__stat="anon 5\nfile 300\nshmem 100\n")
    assert process.peak_without_cache(v2) == 800
    v1 = {"memory__max_usage_in_bytes": "1000\n", "memory__stat": "cache 1\ntotal_cache 300\ntotal_shmem 0\n"}
    cgroup(tmp_path / "v1" / "memory", **v1)
    assert process.peak_without_cache(str(tmp_path / "v1")) == 700


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"cgroup__procs": "1\n2\n"}, id="a cgroup of somebody else"),
        pytest.param({"release_agent": ""}, id="the machine's root"),
        pytest.param({"memory__peak": ""}, id="a kernel that tells no peak"),
    ],
)
def test_a_cgroup_that_is_not_the_containers_tells_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    folder = cgroup(tmp_path, **{"memory__peak": "1000\n", "memory__stat": "", **files})
    assert process.peak_without_cache(folder) == 0


def test_without_cgroups_there_is_none(tmp_path: Path) -> None:
    assert process.peak_without_cache(str(tmp_path / "none")) == 0
