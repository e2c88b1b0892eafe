"""What every command of `glider` has in common on a terminal, in a pipe, and where neither UTF-8 nor colours are welcome."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from glider_client.cli.glider import SUBCOMMANDS, main
from tests.conftest import ROOT

GLIDER = str(Path(sys.executable).parent / "glider")
_EXAMPLE = ROOT / "manifests" / "examples" / "divide.yaml"
_NARROW = 40


def command_of(name: str) -> click.Command:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


def help_of(name: str, *, width: int = 80) -> str:
    result = CliRunner().invoke(main, [name, "--help"], terminal_width=width, prog_name="glider")
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_help_has_examples_of_the_command(name: str) -> None:
    _, heading, examples = help_of(name).partition("\n  Examples:\n")
    assert heading
    assert f"glider {name}" in examples


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_help_begins_with_a_whole_sentence(name: str) -> None:
    first = (command_of(name).help or "").strip().partition("\n\n")[0]
    assert first.endswith(".")
    assert first[0].isupper()
    short = SUBCOMMANDS[name][1]
    assert short.endswith(".")
    assert len(short) <= 80


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_help_fits_a_narrow_terminal(name: str) -> None:
    """Usage and description. The table of options is as narrow as click makes it."""
    prose, _, options = help_of(name, width=_NARROW).partition("\nOptions:\n")
    assert options
    assert [line for line in prose.splitlines() if len(line) > _NARROW] == []


@pytest.mark.parametrize("name", ["--help", *(f"{name} --help" for name in SUBCOMMANDS)])
def test_help_needs_no_utf8(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner(charset="ascii").invoke(main, name.split())
    assert result.exit_code == 0, result.exception


def run(arguments: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment}
    return subprocess.Popen([GLIDER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env)


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_nothing_breaks_where_the_locale_is_not_utf8(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "é.yaml").write_text("kind: ü\n", encoding="utf-8")
    for arguments in (["get", "--help"], ["validate", str(tmp_path / "é.yaml")], ["submit", "-f", str(tmp_path / "é.yaml")]):
        process = run(arguments, **environment)
        out, err = process.communicate(timeout=60)
        assert process.returncode in (0, 1), err
        assert b"Traceback" not in out + err
        assert b"UnicodeEncodeError" not in out + err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--help"], id="help"),
        pytest.param(["get", "--help"], id="a command's help"),
        pytest.param(["validate", "-f", str(_EXAMPLE)], id="a few lines"),
        pytest.param(["render", "-f", str(_EXAMPLE)], id="documents"),
        pytest.param(["doctor", "--kubeconfig", "/nonexistent/config"], id="an error"),
    ],
)
def test_a_pipe_that_nobody_reads_ends_it_quietly(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.Popen([GLIDER, *arguments], stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    finally:
        os.close(writing)
    _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
    assert b"Broken pipe" not in err


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """What it writes to a terminal."""
    ours, theirs = pty.openpty()
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TERM": "xterm-256color", **environment}
    process = subprocess.Popen([GLIDER, *arguments], stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=env)
    os.close(theirs)
    written = b""
    try:
        while data := os.read(ours, 65_536):
            written += data
    except OSError:  # of a terminal whose other end is closed
        pass
    finally:
        os.close(ours)
        process.wait(timeout=60)
    return written.decode()


def kubeconfig(folder: Path, server: str, **user: object) -> str:
    """A kubeconfig for that server."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": server}}],
        "users": [{"name": "x", "user": user}],
    }
    (folder / "kubeconfig").write_text(json.dumps(document))
    return str(folder / "kubeconfig")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        pytest.param({}, True, id="a terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param({"TERM": "dumb"}, False, id="a dumb terminal"),
    ],
)
def test_colours(tmp_path: Path, environment: dict[str, str], coloured: bool) -> None:
    written = on_a_terminal(["doctor", "--kubeconfig", kubeconfig(tmp_path, "http://127.0.0.1:1")], **environment)
    assert "PROBLEM" in written
    assert ("\x1b[" in written) is coloured


def interrupted(arguments: list[str], *, once: Callable[[], bool], folder: Path) -> tuple[int, bytes]:
    """How it ends by a Ctrl-C, which comes `once` it is so far."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    process = subprocess.Popen(
        [GLIDER, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env
    )
    try:
        deadline = time.monotonic() + 60
        while not once():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return process.returncode, out


@pytest.mark.parametrize(
    "command", [["run", "sleepy.py", "f"], ["register", "sleepy.py"], ["template", "sleepy:f"]], ids=lambda words: words[0]
)
def test_ctrl_c_while_the_users_module_is_imported(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "sleepy.py").write_text("import pathlib, time\npathlib.Path('here').touch()\ntime.sleep(60)\n")
    code, out = interrupted(command, once=(tmp_path / "here").exists, folder=tmp_path)
    assert (code, b"Traceback" in out) == (130, False), out


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["get", "--help"],
        ["template", "hello:add"],
        ["register", "hello.py", "-o", "yaml"],
        ["--debug", "template", "hello:add"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_full_disk_behind_standard_output(command: list[str], unbuffered: str, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    (tmp_path / "hello.py").write_text("import glider\n\n@glider.task(container_image='app:1')\ndef add(a: int) -> int:\n    return a\n")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([GLIDER, *command], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=env)
    assert (done.returncode, done.stderr) == (1, "Error: standard output can't be written: No space left on device\n")


@pytest.mark.parametrize("options", [(), ("--in-process",)], ids=["in a process of its own", "in this process"])
def test_ctrl_c_cancels_a_local_run(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "sleepy.py").write_text("import pathlib, time\n\ndef f() -> None:\n    pathlib.Path('here').touch()\n    time.sleep(60)\n")
    code, out = interrupted(["run", "--local", *options, "sleepy.py", "f"], once=(tmp_path / "here").exists, folder=tmp_path)
    assert (code, b"Traceback" in out, b"KeyboardInterrupt" in out) == (4, False, False), out
    assert (b"Aborted     Cancelled: " in out, b"the pod" in out) == (True, False), out


def test_ctrl_c_while_a_credential_plugin_runs(tmp_path: Path) -> None:
    program = "import pathlib, time; pathlib.Path('here').touch(); time.sleep(60)"
    api_version = "client.authentication.k8s.io/v1"
    user = {"apiVersion": api_version, "command": sys.executable, "args": ["-c", program], "interactiveMode": "Never"}
    file = kubeconfig(tmp_path, "https://127.0.0.1:1", exec=user)
    code, out = interrupted(["get", "--kubeconfig", file], once=(tmp_path / "here").exists, folder=tmp_path)
    assert (code, b"Traceback" in out) == (130, False), out


@pytest.mark.parametrize(
    "command",
    [["get"], ["describe", "x"], ["cancel", "x"], ["doctor"], ["run", "x"], ["rerun", "x"], ["templates"]],
    ids=lambda words: words[0],
)
def test_ctrl_c_while_the_api_server_does_not_answer(command: list[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        connections = []

        def is_asked() -> bool:
            with contextlib.suppress(BlockingIOError):
                connections.append(server.accept())
            return bool(connections)

        file = kubeconfig(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}")
        code, out = interrupted([*command, "--kubeconfig", file], once=is_asked, folder=tmp_path)
        for connection, _ in connections:
            connection.close()
    assert (code, b"Traceback" in out) == (130, False), out
