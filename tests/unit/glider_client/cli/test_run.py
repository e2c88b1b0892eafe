"""The command line of `glider run`: what is to run, its inputs, and the command's own options, in any order. No cluster is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from glider_client.cli.glider import main

CODE = '''
from dataclasses import dataclass
from enum import Enum


@dataclass
class Config:
    rate: float = 0.1
    name: str = "x"


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


def add(a: int, b: int = 2) -> int:
    """Add two numbers.

    Args:
        a: the first one.
        b: the second one.
    """
    print("adding")
    return a + b


def train(config: Config, size: Size = Size.SMALL, fast: bool = False, tags: list[str] = []) -> str:
    return f"{config.name} {config.rate} {size.value} {fast} {tags}"


def named(name: str) -> str:
    return name


def fails(a: int) -> int:
    raise ValueError(f"bad {a}")


def nothing() -> None:
    pass
'''

Run = Callable[..., Result]


@pytest.fixture
def glider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `glider` in a folder with `hello.py`, and with no cluster at hand."""
    path = list(sys.path)
    (tmp_path / "hello.py").write_text(CODE)
    (tmp_path / "e.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    yield lambda *args: CliRunner().invoke(main, ["run", *args])
    sys.path[:] = path
    sys.modules.pop("hello", None)


@pytest.mark.parametrize(
    ("line", "output"),
    [
        pytest.param("--local hello.py add --a 1", "outputs:\n  o0: 3\n", id="a function of a file"),
        pytest.param("--local -m hello add --a 1 --b 5", "outputs:\n  o0: 6\n", id="a function of a module"),
        pytest.param("hello.py add --a 1 --local", "outputs:\n  o0: 3\n", id="options after the task"),
        pytest.param("hello.py add --local --a=1 --label team=x --cpu 2", "outputs:\n  o0: 3\n", id="options among inputs"),
        pytest.param('--local hello.py add --inputs {"a":1,"b":1} --b 4', "outputs:\n  o0: 5\n", id="options over a document"),
        pytest.param(
            "--local hello.py train --config.rate 1 --size large --fast --tags a --tags b",
            "outputs:\n  o0: x 1.0 large True ['a', 'b']\n",
            id="inputs of many types",
        ),
        pytest.param("--local --name exec hello.py named --name task", "outputs:\n  o0: task\n", id="an input called like an option"),
        pytest.param("--local hello.py nothing", "outputs: {}\n", id="a task without outputs"),
        pytest.param("--local --in-process hello.py add --a 1", "outputs:\n  o0: 3\n", id="in this process"),
    ],
)
def test_runs_here(glider: Run, line: str, output: str) -> None:
    result = glider(*line.split(" "))
    assert (result.stdout.removeprefix("adding\n"), result.exit_code) == (output, 0), result.stderr


def test_a_failure(glider: Run) -> None:
    result = glider("--local", "hello.py", "fails", "--a", "3")
    assert result.exit_code == 1
    assert result.stderr.endswith('raise ValueError(f"bad {a}")\n')
    assert result.stderr.count("Traceback") == 1
    assert result.stdout == ""


def test_the_help_of_a_task(glider: Run) -> None:
    text = glider("hello.py", "add", "--help").stdout
    assert "Usage: main run hello.py add [INPUTS] [OPTIONS]" in text
    assert "  Add two numbers." in text
    assert "  --a INTEGER  the first one. [required]\n  --b INTEGER  the second one. [default: 2]\n" in text
    assert "Outputs:\n  o0  integer\n" in text


def test_the_help_of_a_task_of_a_module(glider: Run) -> None:
    assert "Usage: main run -m hello add [INPUTS] [OPTIONS]" in glider("-m", "hello", "add", "--help").stdout


def test_the_help_of_the_command(glider: Run) -> None:
    text = glider("--help").stdout
    assert "Usage: main run [OPTIONS] TASK [INPUTS]\n" in text
    assert "  glider run hello.py add --a 1 --b 2\n" in text


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param(
            "", "expected a task (FILE.py TASK, -m MODULE TASK, or a TaskTemplate's name) or -f FILE, found neither", id="nothing"
        ),
        pytest.param("hello.py", "expected the name of a task after hello.py, found nothing", id="a file without a task"),
        pytest.param(
            "hello.py ad --a 1",
            "expected a task ad, found the functions add, train, named, fails, nothing; did you mean add?",
            id="no such task",
        ),
        pytest.param("hello.py --a 1", "expected the name of a task after hello.py, found --a", id="a file and an input"),
        pytest.param("helo.py add", "helo.py: expected a Python file, found none of that name", id="no such file"),
        pytest.param("src/hello add", "src/hello: expected a Python file or the name of a TaskTemplate, found a path", id="no such path"),
        pytest.param("hello.py add --aa 1", "found the unknown option --aa (did you mean --a?)", id="no such input"),
        pytest.param("hello.py add --a x", '--a: expected integer, found "x"', id="another type"),
        pytest.param("hello.py add", "inputs: expected --a (integer), found nothing", id="an input that is missing"),
        pytest.param("hello.py add --a", "--a: expected a value (integer), found nothing", id="an input without its value"),
        pytest.param("hello.py add --a 1 2", "unexpected extra argument (2)", id="a word too many"),
        pytest.param("-f hello.yaml hello.py add", "hello.yaml' does not exist", id="no such manifest"),
        pytest.param("hello.py add --a 1 --pdb", "--pdb: expected --local beside it", id="the debugger on a cluster"),
        pytest.param("hello.py add --a 1 --local --pdb", "--pdb: expected --in-process beside it", id="the debugger without its process"),
        pytest.param(
            "hello.py add --a 1 --local --detach", "--detach: expected a run on the cluster, found --local", id="detached from nothing"
        ),
        pytest.param(
            "-f e.yaml --image i:1", "--image: expected a task beside it, found -f. Set it in the file.", id="an image for a file"
        ),
        pytest.param("-f e.yaml --inputs {}", "--inputs: expected a task beside it, found -f", id="inputs for a file"),
        pytest.param("-f e.yaml --packages x", "--packages: expected a task of your own code beside it", id="packages for a file"),
        pytest.param("hello.py add --a 1 --secret-env e.yaml", "--secret-env: expected --local beside it", id="secrets for a cluster"),
        pytest.param("hello.py add --a 1 --env A", "expected NAME=VALUE, found 'A'", id="a variable without a value"),
        pytest.param("hello.py add --a 1 --timeout 5", "expected a duration such as 90s", id="a timeout without a unit"),
        pytest.param("hello.py add --a 1 --image team/App", "'--image': expected an image such as registry", id="an image in upper case"),
        pytest.param("hello.py add --a 1 --image a:b:c", "--image': expected an image such as", id="an image with two tags"),
        pytest.param(
            "hello.py add --a 1 --packages a;;b[", "'--packages': expected a requirement such as numpy", id="packages that pip refuses"
        ),
        pytest.param(
            "hello.py add --a 1 --packages ./x", "'--packages': expected a requirement by name or URL", id="a package by its path"
        ),
        pytest.param("hello.py add --a 1 -o table", "expected json, name, found 'table'", id="another form of output"),
    ],
)
def test_what_cant_be_understood_exits_with_2(glider: Run, line: str, error: str) -> None:
    result = glider(*line.split())
    assert error in " ".join(result.stderr.split())
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "image",
    [
        "python",
        "python:3.12-slim",
        "localhost:5000/a/b_c__d--e:V1",
        "Registry.example/team/app@sha256:" + "0" * 64,
        "[::1]:5000/app",
        "registry.example/app:1.4@sha256:" + "0" * 64,
    ],
)
def test_takes_any_image_that_a_kubelet_takes(glider: Run, image: str) -> None:
    assert "no kubeconfig was found" in glider("hello.py", "add", "--a", "1", "--image", image).stderr


@pytest.mark.parametrize("line", ["template hello.py:add", "convert hello.py", "register hello.py", "run hello.py add --a 1 --detach"])
@pytest.mark.usefixtures("glider")
def test_an_image_with_a_space_is_refused_by_each_command(line: str) -> None:
    result = CliRunner().invoke(main, [*line.split(), "--image", "x y"])
    assert "--image': expected an image such as registry.example/team/app:1.4, in lower case, found 'x y'" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param("-m helo add", "helo", id="no such module"),
        pytest.param("hello.py add --a 1", "no kubeconfig was found", id="no cluster"),
    ],
)
def test_an_error_is_one_line(glider: Run, line: str, error: str) -> None:
    result = glider(*line.split())
    assert error in result.stderr
    assert "Traceback" not in result.stderr
    assert "unexpected error" not in result.stderr
    assert result.exit_code == 1
