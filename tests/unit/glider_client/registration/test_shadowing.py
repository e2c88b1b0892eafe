"""A file beside a task may hide a module of Python's, which ends the executor before it can report anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from glider_client.registration.discovery import discover
from glider_client.registration.shadowing import shadowing

Write = Callable[[str, str], Path]

TASK = "from glider import task\n\n@task\ndef main() -> int:\n    return 1\n"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("types.py", ["types.py"], id="a module"),
        pytest.param("logging/__init__.py", ["logging"], id="a package"),
        pytest.param("random/data.csv", [], id="a folder that is no package"),
        pytest.param("queue/inner.py", [], id="a namespace, which Python's own module wins over"),
        pytest.param("json.txt", [], id="another file"),
        pytest.param("inner/json.py", [], id="a module of a package"),
        pytest.param("test/__init__.py", [], id="tests"),
        pytest.param("turtle.py", [], id="a module that nothing imports"),
        pytest.param("mine.py", [], id="a name that Python has not"),
    ],
)
def test_what_hides_a_module_of_pythons(name: str, found: list[str], write: Write, tmp_path: Path) -> None:
    write(name, "")
    assert [path.name for path in shadowing(tmp_path)] == found


def test_a_folder_that_is_not_there_hides_nothing(tmp_path: Path) -> None:
    assert shadowing(tmp_path / "nowhere") == []


def test_each_is_reported_once(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("shadow_a.py", TASK), write("shadow_b.py", TASK)]
    write("turtledemo.py", "")
    hiding = write("sched.py", "")
    discover(files)
    discover(files)
    assert capsys.readouterr() == (
        "",
        f"Warning: {hiding} has the name of a module of Python's standard library, so Python and Glider would import it instead of "
        "their own sched; rename it\n",
    )
