"""How often the kernel's OOM killer struck in this container. It is the only trace that an OOM kill of one process among
several leaves: the process only sees SIGKILL.
"""

from __future__ import annotations

_ROOT = "/sys/fs/cgroup"


def oom_kills() -> int:
    """`oom_kill` of this process' cgroup: memory.events (v2) or memory.oom_control (v1, from Linux 4.13 on); 0 where there is none."""
    for path in _files():
        try:
            with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
                counters = dict(line.split(None, 1) for line in file)
            return int(counters["oom_kill"])
        except (OSError, KeyError, ValueError):
            continue
    return 0


def _files() -> list[str]:
    """Where the counter may be. In a container the cgroup's path is the host's, but what is mounted is its own."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:  # noqa: PTH123
            lines = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return []
    found = []
    for _, controllers, path in lines:
        if "memory" in controllers.split(","):
            found += [f"{_ROOT}/memory{path.rstrip('/')}/memory.oom_control", f"{_ROOT}/memory/memory.oom_control"]
        elif not controllers:
            found += [f"{_ROOT}{path.rstrip('/')}/memory.events", f"{_ROOT}/memory.events"]
    return found
