"""What the operators themselves show: their logs, also of those that were killed, and their memory.

The kubelet deletes a pod's log with the pod. A file that is open stays readable, so each is opened as soon as it is there.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from pathlib import Path
from typing import Any, TextIO

from tests.cluster.layout import VAR_DIR
from tests.e2e.conftest import SYSTEM

_LOGS = VAR_DIR / "pod-logs"
_POD = re.compile(r"pod([0-9a-f]{8}(?:[-_][0-9a-f]+){4})")
_STEP = 0.5
#: What kopf says of each call that fails while the API server is away, or while its own operator ends.
_EXPECTED = re.compile(r"Request attempt #\d+ failed; (will retry|TCP closed; will re-authenticate)")


class Witness:
    """Looks twice a second."""

    def __init__(self) -> None:
        self.peak_memory = 0
        self.lines: list[str] = []
        self._logs: dict[Path, TextIO] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """From now on nothing counts: operators are about to be taken away."""
        self._stopping.set()
        self._thread.join()
        self.lines = [line for log in self._logs.values() for line in log.read().splitlines()]
        for log in self._logs.values():
            log.close()

    def _run(self) -> None:
        while not self._stopping.wait(_STEP):
            self._open_logs()
            self.peak_memory = max(self.peak_memory, *(resident(pid) for pid in processes()), 0)
        self._open_logs()

    def _open_logs(self) -> None:
        for path in _LOGS.glob(f"{SYSTEM}_glider-*/operator/*.log"):
            if path not in self._logs:
                self._logs[path] = path.open(errors="replace")


def processes() -> dict[int, str]:
    """The operators' processes on this machine that run in pods, with their pod's UID."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"glider-operator" not in (folder / "cmdline").read_bytes():
                continue
            pod = _POD.search((folder / "cgroup").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
        if pod is not None:
            found[int(folder.name)] = pod[1].replace("_", "-")
    return found


def resident(pid: int) -> int:
    """How much memory a process has, in bytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def errors(lines: list[str]) -> list[str]:
    """What was logged as an error or worse that disturbances don't explain, and what isn't a log line at all, such as a traceback."""
    said = [line.split(" ", 3)[3] for line in lines if line.count(" ") >= 3]
    found: list[str] = []
    for is_loose, lines_of_kind in itertools.groupby(said, key=lambda line: not line.startswith("{")):
        group = list(lines_of_kind)
        found += ["\n".join(group)] if is_loose else filter(_is_error, group)
    return found


def _is_error(line: str) -> bool:
    document: dict[str, Any] = json.loads(line)
    is_error = document["level"] in ("error", "critical") or "exception" in document
    return is_error and not (document["logger"].startswith("kopf.") and _EXPECTED.match(document["message"]))
