"""The projects that the clients register: copies, since a client writes beside them and takes the folder's name for the package's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.clients.users import Person, ended
from tests.projected import PROJECT

HERE = Path(__file__).parent
#: The tasks of `teashop`, and its workflow.
TASKS = ("double", "counts", "variable", "fails", "flaky", "decked", "written", "length")


def copy_teashop(folder: Path) -> Path:
    """A folder with the project `teashop`, and nothing of this repository around it."""
    shutil.copytree(HERE / "teashop", folder / "teashop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "remote.py", folder)
    return folder


def copy_shop(folder: Path) -> Path:
    """A folder with the project of fifteen tasks."""
    shutil.copytree(PROJECT / "shop", folder / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def remote(person: Person, pyflyte: Path, step: str, *, folder: Path, **arguments: Any) -> Any:
    """What a step of remote.py prints, run with the flytekit of this pyflyte."""
    return printed(ended(start_remote(person, pyflyte, step, folder=folder, arguments=arguments)))


def start_remote(person: Person, pyflyte: Path, step: str, *, folder: Path, arguments: Mapping[str, Any]) -> Any:
    """A step of remote.py that goes on."""
    python = pyflyte.parent / "python"
    return person.start(python, "remote.py", step, person.project, json.dumps(arguments), folder=folder)


def printed(text: str) -> Any:
    """The result in what a step has printed."""
    line = next(line for line in text.splitlines() if line.startswith("RESULT "))
    return json.loads(line.removeprefix("RESULT "))
