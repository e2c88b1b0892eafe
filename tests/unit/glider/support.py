"""Runs the executor, or flytekit's, as a process of its own, and reads what it left."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from flyteidl.core import literals_pb2

from glider.settings.model import StatsdSettings
from glider.wire.errors import TaskError, decode_error
from glider.wire.summary import Summary, decode_summary

BIN = Path(sys.executable).parent
DEFAULT_RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A process that has ended, and what it left."""

    exit_code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def outputs(self) -> literals_pb2.LiteralMap | None:
        path = self.folder / "out" / "outputs.pb"
        return literals_pb2.LiteralMap.FromString(path.read_bytes()) if path.exists() else None

    @property
    def error(self) -> TaskError | None:
        path = self.folder / "out" / "error.pb"
        return decode_error(path.read_bytes()) if path.exists() else None

    @property
    def summary(self) -> Summary | None:
        path = self.folder / "termination-log"
        return decode_summary(path.read_text()) if path.exists() else None


@dataclass(kw_only=True)
class Workspace:
    """A folder with a user's module `app`, its inputs, and room for its outputs."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, source: str, *, module: str = "app") -> None:
        (self.folder / f"{module}.py").write_text(textwrap.dedent(source))

    def inputs(self, **values: object) -> None:
        literals = literals_pb2.LiteralMap()
        for name, value in values.items():
            if isinstance(value, literals_pb2.Literal):
                literals.literals[name].CopyFrom(value)
            else:
                literals.literals[name].CopyFrom(literal(value))
        (self.folder / "inputs.pb").write_bytes(literals.SerializeToString())

    def command(self, task: str, *, program: str = "glider-execute", output_prefix: str | None = None) -> list[str]:
        options = ["--inputs", str(self.folder / "inputs.pb"), "--output-prefix", output_prefix or str(self.folder / "out")]
        raw = ["--raw-output-data-prefix", str(self.folder / "raw")]
        return [str(BIN / program), *options, *raw, "--resolver", DEFAULT_RESOLVER, "--", "task-module", "app", "task-name", task]

    def environ(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE_", "GLIDER_", "_F_"))}
        ours = {"GLIDER_EXECUTION": "ns/run", "GLIDER_TERMINATION_LOG": str(self.folder / "termination-log"), "HOSTNAME": "pod-0"}
        return inherited | ours | self.environment

    def run(
        self, task: str = "main", *, program: str = "glider-execute", command: list[str] | None = None, folder: Path | None = None
    ) -> Ended:
        """What comes of it in `folder`, by default the workspace's."""
        arguments = command or self.command(task, program=program)
        done = subprocess.run(
            arguments, cwd=folder or self.folder, env=self.environ(), capture_output=True, text=True, timeout=60, check=False
        )
        return Ended(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr, folder=self.folder)


class StatsdSink:
    """A statsd server on loopback, of which only the datagrams matter."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.settings = StatsdSettings(host="127.0.0.1", port=self.port, configured=True)

    def next(self) -> str:
        """The next datagram, which must come soon."""
        self._socket.settimeout(10)
        return self._socket.recv(65536).decode()

    def all(self) -> list[str]:
        """What has come so far."""
        self._socket.setblocking(False)
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._socket.recv(65536).decode())
        return found

    def close(self) -> None:
        self._socket.close()


def literal(value: object) -> literals_pb2.Literal:
    """The Literal of an int, a float or a str."""
    name = {int: "integer", float: "float_value", str: "string_value", bool: "boolean"}[type(value)]
    return literals_pb2.Literal(scalar={"primitive": {name: value}})


def start(workspace: Workspace, *, command: list[str] | None = None) -> subprocess.Popen[str]:
    """The executor, once its task has said that it has begun."""
    arguments = command or workspace.command("main")
    process = subprocess.Popen(
        arguments, cwd=workspace.folder, env=workspace.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == "begun\n", process.communicate(timeout=60)[1]
    return process


def finish(process: subprocess.Popen[str], workspace: Workspace) -> Ended:
    """What a process that was started leaves."""
    stdout, stderr = process.communicate(timeout=60)
    return Ended(exit_code=process.returncode, stdout=stdout, stderr=stderr, folder=workspace.folder)
