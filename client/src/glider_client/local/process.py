"""The process of one attempt, represented as the pod that it stands for. It ends as a container does: by SIGTERM, a grace period and
SIGKILL, with all the processes that it has started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from glider_client.local.container import MAX_LOG_LINES, Container
from glider_core.api.observed_pod import Pod


class Process:
    """A running attempt.

    Args:
        container: the task's.
        line: gets each line that it prints, in a thread of its own.
        ended: is called once it has ended, in a thread of its own.
    """

    def __init__(self, container: Container, *, line: Callable[[str], None], ended: Callable[[], None]) -> None:
        self._log: deque[str] = deque(maxlen=MAX_LOG_LINES)
        self._line, self._ended = line, ended
        self._process: subprocess.Popen[str] | None = None
        self._killing: threading.Timer | None = None
        self._thread: threading.Thread | None = None
        self._container = container
        self._start()

    def pod(self) -> Pod:
        """The pod that this process stands for, as it is now."""
        return self._container.pod()

    def delete(self) -> None:
        """End it as the deletion of its pod does: SIGTERM, and SIGKILL after the grace period."""
        if self._container.deletion is None and not self._container.is_finished:
            grace = self._container.grace
            self._container.deletion = datetime.now(UTC) + timedelta(seconds=grace)
            self._signal(signal.SIGTERM)
            self._killing = threading.Timer(grace, self.kill)
            self._killing.daemon = True
            self._killing.start()

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """End it, if it hasn't ended, and leave nothing behind."""
        if not self._container.is_finished:
            self.kill()
        if self._thread is not None:
            self._thread.join()
        if self._killing is not None:
            self._killing.cancel()
        self._container.close()

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._container.command,
                cwd=self._container.workdir,
                env=self._container.variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # ended as a whole, as a container is
            )
        except (OSError, ValueError) as error:
            self._container.cannot_start(f"{type(error).__name__}: {error}")
            self._ended()
            return
        self._thread = threading.Thread(target=self._follow, args=(self._process,), daemon=True)
        self._thread.start()

    def _follow(self, process: subprocess.Popen[str]) -> None:
        """To its end. What it has left behind ends with it, as in a container, and doesn't keep its output open."""
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        process.wait()
        self._signal(signal.SIGKILL)
        reader.join()
        code = process.returncode
        self._container.ended(code if code >= 0 else 128 - code, log="".join(self._log))  # a negative one is a signal
        self._ended()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._log.append(line)
                self._line(line.rstrip("\n"))

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
