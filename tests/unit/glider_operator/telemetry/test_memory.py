"""The memory limit of the operator's container, as the kernel shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from glider_operator.telemetry.memory import memory_limit


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        pytest.param({"memory.max": "536870912\n"}, 536_870_912, id="cgroup v2"),
        pytest.param({"memory.max": "max\n"}, None, id="cgroup v2 without a limit"),
        pytest.param({"memory/memory.limit_in_bytes": "134217728\n"}, 134_217_728, id="cgroup v1"),
        pytest.param({"memory/memory.limit_in_bytes": "9223372036854771712\n"}, None, id="cgroup v1 without a limit"),
        pytest.param({}, None, id="no cgroup of its own"),
    ],
)
def test_memory_limit(tmp_path: Path, files: dict[str, str], limit: int | None):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert memory_limit(tmp_path) == limit
