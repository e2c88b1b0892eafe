"""How an attempt ends on a real S3 server, and on one that is stopped: before the task, or while it runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from glider.wire.errors import Kind, Origin, TaskError, decode_error
from glider.wire.summary import decode_summary
from tests.bench.server import Server, serving
from tests.conftest import MissingServer
from tests.unit.glider.support import Ended, Workspace, finish, start

WAITS = """
import ctypes, os, pathlib, resource, time
HELD = []
def main() -> int:
    print("begun", flush=True)
    while not pathlib.Path("go").exists():
        time.sleep(0.05)
    {end}
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A task on a server that can be stopped."""

    workspace: Workspace
    server: Server
    stop: ExitStack

    def start(self) -> subprocess.Popen[str]:
        return start(self.workspace, command=self.command())

    def command(self) -> list[str]:
        command = self.workspace.command("main", output_prefix="s3://bucket/out")
        command[command.index("--inputs") + 1] = "s3://bucket/inputs.pb"
        return command

    def finish(self, process: subprocess.Popen[str]) -> Ended:
        (self.workspace.folder / "go").touch()
        return finish(process, self.workspace)

    @property
    def objects(self) -> Path:
        assert self.server.folder is not None
        return self.server.folder / "out"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.delenv("GLIDER_S3_ENDPOINT", raising=False)  # this one has to stop
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serving())
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise MissingServer(f"no S3 server of our own: {error}") from error
        assert server.folder is not None
        (server.folder / "inputs.pb").touch()
        workspace = Workspace(folder=tmp_path, environment={**server.environment(), "FLYTE_AWS_RETRIES": "1"})
        yield Run(workspace=workspace, server=server, stop=stack)


def summarised(ended: Ended) -> TaskError:
    summary = decode_summary((ended.folder / "termination-log").read_text())
    assert summary is not None
    assert summary.error is not None
    return summary.error


ENDS = [
    pytest.param("raise ValueError('no')", "USER:RuntimeError", Kind.NON_RECOVERABLE, 1, id="an exception"),
    pytest.param("ctypes.string_at(0)", "Crashed", Kind.RECOVERABLE, 3, id="a segfault, told by the parent"),
    pytest.param("os._exit(7)", "ProcessExited", Kind.RECOVERABLE, 3, id="os._exit, told by the parent"),
    pytest.param(
        "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3)); raise ValueError('no')",
        "USER:RuntimeError",
        Kind.NON_RECOVERABLE,
        1,
        id="no file handles, told by the parent",
    ),
    pytest.param(
        "limit = int(open('/proc/self/statm').read().split()[0]) * 4096 + (1 << 20)\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (limit, limit)); HELD.extend(map(bytearray, [99999] * 99999))",
        "USER:RuntimeError",
        Kind.NON_RECOVERABLE,
        1,
        id="no memory, told by whoever has some",
    ),
    pytest.param(
        "os.closerange(3, 4096); raise ValueError('no')", "USER:RuntimeError", Kind.NON_RECOVERABLE, 1, id="every connection closed"
    ),
]


@pytest.mark.parametrize(("end", "code", "kind", "exit_code"), ENDS)
def test_the_error_document_gets_to_the_store(run: Run, end: str, code: str, kind: Kind, exit_code: int) -> None:
    run.workspace.write(WAITS.format(end=end))
    ended = run.finish(run.start())
    assert run.objects.exists(), ended.stderr
    assert [path.name for path in run.objects.iterdir()] == ["error.pb"]
    error = decode_error((run.objects / "error.pb").read_bytes())
    assert (error.code, error.kind, error.origin, ended.exit_code) == (code, kind, Origin.USER, exit_code)
    assert summarised(ended).code == code


def test_a_server_that_is_stopped_before_the_task(run: Run) -> None:
    run.workspace.write("def main() -> int:\n    return 1\n")
    run.stop.close()
    ended = run.workspace.run(command=run.command())
    error = summarised(ended)
    assert (error.code, error.kind, error.origin, ended.exit_code) == ("SYSTEM", Kind.RECOVERABLE, Origin.SYSTEM, 2)
    assert error.message.startswith(f"s3://bucket/inputs.pb (endpoint {run.server.endpoint})")


STOPPED = [
    pytest.param("return 1", "SYSTEM", 2, id="and outputs that can't be stored"),
    pytest.param("raise ValueError('no')", "USER:RuntimeError", 1, id="and an exception, which stays the task's"),
    pytest.param("ctypes.string_at(0)", "Crashed", 3, id="and a segfault"),
]


@pytest.mark.parametrize(("end", "code", "exit_code"), STOPPED)
def test_a_server_that_is_stopped_while_the_task_runs(run: Run, end: str, code: str, exit_code: int) -> None:
    run.workspace.write(WAITS.format(end=end))
    process = run.start()
    run.stop.close()
    ended = run.finish(process)
    assert (summarised(ended).code, ended.exit_code) == (code, exit_code)
    assert "the error document can't be stored" in ended.stderr
