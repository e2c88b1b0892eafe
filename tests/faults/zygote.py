"""Many runs of the executor for the price of their forks: a process that has imported everything, and forks for each.

    python -m tests.faults.zygote JOBS RESULTS

JOBS is a JSON list of {"arguments": [...], "environment": {...}, "folder": "..."}, RESULTS the list of their exit codes. A child
does what glider-execute does in the task's process, from the command line on. obstore starts no thread before its first request,
so that none is lost by the fork.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import obstore  # noqa: F401 - to be there before the forks, as the next ones

from glider.cli.commands import execute
from glider.runtime import guard
from glider.storage import objects  # noqa: F401
from glider.types import flytefile  # noqa: F401

_AT_ONCE = 8


def main() -> None:
    """Runs all jobs, a few at a time."""
    jobs = json.loads(Path(sys.argv[1]).read_text())
    codes: list[int | None] = [None] * len(jobs)
    running: dict[int, int] = {}
    for number, job in enumerate(jobs):
        while len(running) >= _AT_ONCE:
            _reap(running, codes)
        if (child := os.fork()) == 0:
            os._exit(_run(job))
        running[child] = number
    while running:
        _reap(running, codes)
    Path(sys.argv[2]).write_text(json.dumps(codes))


def _reap(running: dict[int, int], codes: list[int | None]) -> None:
    child, status = os.wait()
    codes[running.pop(child)] = os.waitstatus_to_exitcode(status)


def _run(job: dict[str, Any]) -> int:
    try:
        os.chdir(job["folder"])
        sys.path.insert(0, job["folder"])
        os.environ.update(job["environment"])
        return int(guard.run(invocation(job["arguments"]), os.environ))
    except BaseException as error:  # the guard lets none through
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 99


def invocation(arguments: list[str]) -> Any:
    """What the command line asks for."""
    return execute.main(args=arguments, prog_name="glider-execute", standalone_mode=False)


if __name__ == "__main__":
    main()
