"""What flytekit imports and a task doesn't use stays away, and nobody can tell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import glider
from tests.unit.glider.support import Workspace, literal

BEGIN = """
import sys
from types import ModuleType
from glider.flytekit.imports import Deferral, Placeholder
from glider.flytekit.imports import after_import
after_import("flytekit", lambda: None, within=Deferral())
import flytekit
"""
WITH_FLYTEKIT = [
    pytest.param(
        "assert not {'requests', 'grpc', 'aiohttp', 'docker', 'markdown_it', 'rich', 'keyring'} & sys.modules.keys()",
        id="what flytekit's import doesn't need isn't imported",
    ),
    pytest.param(
        "import requests, rich.console\nassert type(requests) is ModuleType\nassert requests.Session().headers\n"
        "assert sys.modules['requests'] is requests",
        id="who else imports such a package gets the package itself",
    ),
    pytest.param(
        "from flytekit import FlyteRemote\nimport flytekit.remote\nassert isinstance(FlyteRemote, type)\n"
        "assert FlyteRemote is flytekit.remote.FlyteRemote is flytekit.FlyteRemote",
        id="a public name is the class itself",
    ),
    pytest.param("assert flytekit.remote.FlyteRemote.__module__ == 'flytekit.remote.remote'", id="a part is there without its import"),
    pytest.param(
        "import pytest\nwith pytest.raises(AttributeError, match='no attribute'):\n    flytekit.nothing", id="a name that isn't there"
    ),
    pytest.param(
        "from flytekit.deck import MarkdownRenderer\nassert 'markdown_it' not in sys.modules\n"
        "assert '<h1>' in MarkdownRenderer().to_html('# A')\nimport markdown_it, flytekit.deck.renderer as renderer\n"
        "assert vars(renderer)['MarkdownIt'] is markdown_it.MarkdownIt",
        id="the first use brings the real thing, everywhere in flytekit",
    ),
    pytest.param(
        "from flytekit import CronSchedule\nimport pytest\nwith pytest.raises(ValueError, match='invalid'):\n"
        "    CronSchedule(schedule='no schedule')\n"
        "assert 'croniter' in sys.modules\nCronSchedule(schedule='*/5 * * * *')",
        id="a schedule is still checked",
    ),
    pytest.param(
        "import pickle, copy\nfrom flytekit import FlyteContextManager, task\nassert pickle.loads(pickle.dumps(flytekit.FlyteRemote))\n"
        "@task\ndef double(a: int) -> int:\n    return 2 * a\nassert double(a=2) == 4",
        id="tasks run locally",
    ),
    pytest.param(
        "import builtins\nassert type(builtins.__import__).__name__ == 'builtin_function_or_method'",
        id="imports are Python's own again afterwards",
    ),
]

#: A package called flytekit that uses what is deferred in all ways in which a module can.
PECULIAR = """
import typing, abc
import requests
import requests.exceptions as trouble
import docker.errors
from requests import Session, get as fetch
from requests.exceptions import RequestException
from joblib import Parallel

class Client(abc.ABC):
    session: typing.Optional[requests.Session] = None
    def use(self, session: Session | None, error: "trouble.Timeout | None" = None) -> typing.Union[requests.Response, None]: ...

def is_session(value): return isinstance(value, Session), issubclass(type(value), requests.Session)
def catch(action):
    try:
        action()
    except RequestException:
        return "caught"
def derive():
    class Own(Session): ...
    return Own
def docker_error(): return docker.errors.APIError
"""
WITHOUT_FLYTEKIT = [
    pytest.param("assert 'requests' not in sys.modules and 'docker' not in sys.modules", id="annotations need nothing real"),
    pytest.param("import requests\nassert flytekit.is_session(requests.Session()) == (True, True)\n"
                 "assert flytekit.is_session(3) == (False, False)",
                 id="isinstance and issubclass see the class"),
    pytest.param("def fail():\n    import requests\n    raise requests.exceptions.Timeout\nassert flytekit.catch(fail) == 'caught'",
                 id="an except clause catches"),
    pytest.param("import requests\nassert issubclass(flytekit.derive(), requests.Session)", id="a class may derive from it"),
    pytest.param("import docker.errors\nassert flytekit.docker_error() is docker.errors.APIError", id="a module in a package"),
    pytest.param("import pickle, requests\nassert pickle.loads(pickle.dumps(vars(flytekit)['Session'])) is requests.Session", id="pickles"),
    pytest.param("assert type(vars(flytekit)['Session']) is Placeholder\nimport requests\nassert flytekit.Session is requests.Session\n"
                 "assert vars(flytekit)['Session'] is requests.Session\nassert vars(flytekit)['requests'] is requests",
                 id="whoever reads an attribute gets the real thing, which then stays"),
]  # fmt: skip


def run(source: str, *, folder: Path, isolated: bool = False) -> subprocess.CompletedProcess[str]:
    """In a fresh Python; `isolated`: with no packages but those in `folder`."""
    paths = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(Path(glider.__file__).parents[1])!r}]\n"
    script = folder / "script.py"
    script.write_text(paths + source)
    command = [sys.executable, *(["-S"] if isolated else []), str(script)]
    environment = os.environ | {"FLYTE_INTERNAL_EXECUTION_ID": "run"}  # without, flytekit logs by rich, and so imports it
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("source", WITH_FLYTEKIT)
def test_with_flytekit(source: str, tmp_path: Path) -> None:
    done = run(BEGIN + source, folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", WITHOUT_FLYTEKIT)
def test_in_whatever_way_a_module_uses_it(source: str, tmp_path: Path) -> None:
    (tmp_path / "flytekit.py").write_text(PECULIAR)
    done = run(BEGIN + source, folder=tmp_path)
    assert done.returncode == 0, done.stderr


def test_what_is_not_installed_fails_where_it_is_imported(tmp_path: Path) -> None:
    (tmp_path / "flytekit.py").write_text("try:\n    import docker\nexcept ImportError:\n    docker = None\n")
    done = run(BEGIN + "assert vars(flytekit)['docker'] is None", folder=tmp_path, isolated=True)
    assert done.returncode == 0, done.stderr


def test_an_uncaught_exception_is_shown_by_rich(tmp_path: Path) -> None:
    done = run(BEGIN + "assert 'rich' not in sys.modules\n1 / 0", folder=tmp_path)
    assert done.returncode == 1
    assert "╭─" in done.stderr, done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr


@pytest.mark.parametrize(
    ("setting", "imported"),
    [
        pytest.param({}, False, id="by default"),
        pytest.param({"GLIDER_LAZY_IMPORTS": "0"}, True, id="unless somebody wants all of flytekit at once"),
    ],
)
def test_a_task_runs_without_what_it_does_not_use(workspace: Workspace, setting: dict[str, str], imported: bool) -> None:
    workspace.environment |= setting
    workspace.write("import sys\nfrom flytekit import task\n@task\ndef main() -> bool:\n    return 'flytekit.remote' in sys.modules\n")
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal(imported)
