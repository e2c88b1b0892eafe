"""What people do wrong with `glider`, as a table has it, and the place in which it goes wrong: code, kubeconfigs, namespaces."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import yaml
from click.testing import CliRunner, Result

from glider_client.cli.glider import main
from tests.cluster.fixtures import Cluster

#: What stands for any text in an expected message.
ANYTHING = "…"

#: The user's files. Modules have names that nothing else has.
FILES = {
    "mistaken.py": '''
from datetime import datetime
from enum import Enum
from pathlib import Path

from glider import task


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@task
def add(a: int, b: int = 2) -> int:
    """Adds."""
    return a + b


@task
def paint(color: Color, when: datetime = datetime(2026, 1, 1)) -> str:
    return color.value


@task
def count(file: Path) -> int:
    return len(file.read_bytes())


double = lambda a: 2 * a  # noqa: E731


def outer() -> int:
    def inner() -> int:
        return 1

    return inner()


NUMBER = 7
''',
    "mistaken_import.py": "import there_is_no_such_package\n",
    "mistaken_raises.py": "x = 1 / 0\n",
    "mistaken_syntax.py": "def f(:\n    return 1\n",
    "mistaken_circle_a.py": "from mistaken_circle_b import g\n\n\ndef f() -> int:\n    return g()\n",
    "mistaken_circle_b.py": "from mistaken_circle_a import f\n\n\ndef g() -> int:\n    return f()\n",
    "mistaken_main.py": 'if __name__ == "__main__":\n\n    def f() -> int:\n        return 1\n',
    "mistaken_exit.py": "import sys\n\nsys.exit(3)\n",
    "mistaken_empty.py": "X = 1\n",
    "mistaken_untyped.py": "def f(a) -> int:\n    return a\n",
    "mistaken_many.py": "def f(*a: int) -> int:\n    return len(a)\n",
    "random.py": "def f() -> int:\n    return 1\n",
    "2mistaken.py": "def f() -> int:\n    return 1\n",
    "notes.txt": "hello\n",
    "unfinished.yaml": "kind: [\n",
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n",
    "newer.yaml": "apiVersion: glider.dev/v9\nkind: TaskExecution\nmetadata: {name: x}\nspec: {}\n",
    "typo.yaml": "apiVersion: glider.dev/v1alpha1\nkind: TaskExecution\nmetadata: {name: x}\nspec: {imputs: {}, taskRef: {name: x}}\n",
    "absent.yaml": "apiVersion: glider.dev/v1alpha1\nkind: TaskExecution\nmetadata: {name: x}\nspec: {task: {container: {args: [x]}}}\n",
    "../big/mistaken_big.py": "def f() -> int:\n    return 1\n",
    "folder/notes.txt": "hello\n",
}
_LARGE = 15 << 20


@dataclass(frozen=True)
class Mistake:
    """A command line and what it prints: the sentence after `Error: `, whole, but for what `…` stands for."""

    command: str
    message: str
    code: int = 1
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Place:
    """Where commands run: a folder with files, a cluster, and names that tables may use, such as $ns."""

    folder: Path
    kubeconfig: Path
    names: dict[str, str] = field(default_factory=dict)

    def run(self, mistake: Mistake) -> Result:
        """Run it in this process, as the user does in the folder."""
        arguments = shlex.split(self.filled(mistake.command))
        environment = {"KUBECONFIG": str(self.kubeconfig), "GLIDER_STORAGE_PREFIX": None, "HTTPS_PROXY": None}
        with _as_in_a_new_process(self.folder):
            return CliRunner().invoke(main, arguments, env={**environment, **mistake.env})

    def filled(self, text: str) -> str:
        return Template(text).safe_substitute(self.names)

    def check(self, mistake: Mistake) -> None:
        """That it ends as the table has it, with no traceback."""
        result = self.run(mistake)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        found = re.search(r"^Error: (.*)$", result.stderr.rstrip(), re.MULTILINE | re.DOTALL)
        assert found, f"no error in {result.output!r}"
        assert "Traceback" not in result.output
        pattern = ".*".join(re.escape(part) for part in self.filled(mistake.message).split(ANYTHING))
        assert re.fullmatch(pattern, found[1], re.DOTALL), f"{found[1]}\ninstead of\n{self.filled(mistake.message)}"
        assert result.exit_code == mistake.code


def write_files(folder: Path) -> None:
    """The user's files, and beside them a folder with one that is too large for ConfigMaps, since it can't be compressed."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder.parent / "big" / "data.bin").write_bytes(os.urandom(_LARGE))


def write_kubeconfig(source: Path, file: Path, *, user: Mapping[str, Any] | None = None, **cluster: Any) -> Path:
    """The kubeconfig `source` with another user, and with other fields of its cluster; None takes a field away."""
    document = yaml.safe_load(source.read_text())
    if user is not None:
        document["users"][0]["user"] = dict(user)
    entry = document["clusters"][0]["cluster"] | cluster
    document["clusters"][0]["cluster"] = {name: value for name, value in entry.items() if value is not None}
    file.write_text(json.dumps(document))
    return file


def plugin(command: str, *arguments: str) -> dict[str, Any]:
    """A user of a kubeconfig whose credentials a program issues."""
    api_version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": api_version, "command": command, "args": list(arguments), "interactiveMode": "Never"}}


@contextmanager
def namespaces(cluster: Cluster, *purposes: str) -> Iterator[dict[str, str]]:
    """A namespace for each purpose."""
    made = {purpose: f"{purpose}-{uuid.uuid4().hex[:8]}" for purpose in purposes}
    for name in made.values():
        cluster.kubectl("create", "namespace", name)
    try:
        yield made
    finally:
        cluster.kubectl("delete", "namespace", *made.values(), "--ignore-not-found", "--wait=false")


@contextmanager
def _as_in_a_new_process(folder: Path) -> Iterator[None]:
    """In `folder`, with nothing of the user's imported, and nothing left of it afterwards."""
    here, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if _is_below(sys.modules[name], folder):
                del sys.modules[name]


def _is_below(module: Any, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)
