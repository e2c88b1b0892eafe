"""Tasks are found in files, packages, folders and modules; what is wrong with the user's code is reported by the user's own line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click  # noqa: F401 - a file of that name comes too late once the package has been imported
import pytest

from glider_client.registration.discovery import describe, discover, find
from glider_client.registration.errors import RegistrationError

Write = Callable[[str, str], Path]

ADD = """
from glider import task

@task
def add(a: int, b: int = 2) -> int:
    return a + b

def double(a: int) -> int:
    return 2 * a
"""


def test_a_declared_function_is_a_task_and_others_are_when_they_are_named(write: Write) -> None:
    file = write("reg_add.py", ADD)
    assert [task.full_name for task in discover([file])] == ["reg_add.add"]
    assert [task.full_name for task in discover([file], names=["double"])] == ["reg_add.double"]
    assert find(file, "double").full_name == "reg_add.double"
    assert find(str(file), "add").root == file.parent


def test_the_root_is_the_nearest_folder_that_is_no_package(write: Write) -> None:
    write("src/reg_pkg/__init__.py", "")
    write("src/reg_pkg/sub/__init__.py", "")
    write("src/reg_pkg/other.py", "from .sub.tasks import add\n")
    file = write("src/reg_pkg/sub/tasks.py", "from ..names import NAME\n" + ADD)
    write("src/reg_pkg/names.py", "NAME = 1\n")
    found = find(file, "add")
    assert (found.module, found.name, found.root) == ("reg_pkg.sub.tasks", "add", file.parents[2])
    assert [task.full_name for task in discover([file.parents[1]])] == ["reg_pkg.sub.tasks.add"]
    assert [task.full_name for task in discover([file.parents[2]])] == ["reg_pkg.sub.tasks.add"]
    assert [(task.full_name, task.root) for task in discover([file.parents[3]])] == [("reg_pkg.sub.tasks.add", file.parents[2])]


def test_a_link_beside_its_file_is_no_second_file(write: Write) -> None:
    file = write("linked/reg_empty.py", "X = 1\n")
    (file.parent / "reg_link.py").symlink_to(file)
    with pytest.raises(RegistrationError) as refused:
        discover([file.parent])
    assert str(refused.value).startswith(f"{file}: expected a task")


def test_below_a_folder_that_is_given_folders_without_a_package_are_namespaces(write: Write) -> None:
    file = write("reg_ns/inner/tasks.py", ADD)
    assert [(task.full_name, task.root) for task in discover([file.parents[2]])] == [("reg_ns.inner.tasks.add", file.parents[2])]


def test_what_an_import_prints_is_kept_off_the_output_of_a_command(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    discover([write("reg_prints.py", "print('loading')\n" + ADD)])
    assert capsys.readouterr() == ("", "loading\n")


def test_a_module_is_found_by_its_name(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write("reg_named/__init__.py", "")
    write("reg_named/tasks.py", ADD)
    monkeypatch.chdir(tmp_path)
    assert [task.root for task in discover([], modules=["reg_named.tasks"])] == [tmp_path]
    assert find("reg_named.tasks", "add").full_name == "reg_named.tasks.add"
    assert [task.full_name for task in discover([], modules=["reg_named"])] == ["reg_named.tasks.add"]


def test_hidden_folders_and_virtual_environments_are_skipped(write: Write, tmp_path: Path) -> None:
    write("reg_here.py", ADD)
    for name in (".hidden/a.py", "venv/pyvenv.cfg", "venv/b.py", "node_modules/c.py", "__pycache__/d.py", "no-module/e.py"):
        write(name, "raise RuntimeError('imported')\n")
    assert [task.full_name for task in discover([tmp_path])] == ["reg_here.add"]


def test_a_plain_function_has_its_interface_docs_settings_and_command_line(write: Write) -> None:
    file = write(
        "reg_full.py",
        '''
        from datetime import timedelta
        from enum import Enum

        from glider import FlyteFile, task

        class Color(Enum):
            RED = "red"

        @task(
            retries=2, timeout=timedelta(minutes=1), interruptible=True, container_image="shop:1", environment={"A": "1"},
            requests={"cpu": "1", "mem": "1Gi"}, limits={"gpu": 1}, accelerator="nvidia-tesla-t4", shared_memory="1Gi",
            secret_requests=[{"group": "db", "key": "user", "mount_requirement": "ENV_VAR"}], pod_template_name="small",
            cache=True, cache_version="1", cache_serialize=True, enable_deck=True,
        )
        def total(price: float, count: int = 3, color: Color = Color.RED, file: FlyteFile | None = None) -> tuple[float, str]:
            """Computes a total.

            Args:
                price: of one,
                    in euros.
                count: how many.
            """
        ''',
    )
    found = find(file, "total")
    assert found.docs == "Computes a total."
    assert found.annotations == {"glider.dev/cache": '{"version": "1", "serialize": true}'}
    assert found.spec == {
        "interface": {
            "inputs": {
                "price": {"type": "float", "description": "of one, in euros."},
                "count": {"type": "integer", "default": 3, "description": "how many."},
                "color": {"type": "enum[red]", "default": "red"},
                "file": {"type": "file?", "required": False},
            },
            "outputs": {"o0": "float", "o1": "string"},
        },
        "container": {
            "image": "shop:1",
            "args": [
                *("pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"),
                *("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}"),
                *("--prev-checkpoint", "{{.prevCheckpointPrefix}}", "--task-module", "reg_full", "--task-name", "total"),
            ],
            "env": [{"name": "A", "value": "1"}],
            "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"gpu": "1"}},
        },
        "retries": {"user": 2},
        "timeouts": {"attempt": "60s"},
        "interruptible": True,
        "accelerator": {"device": "nvidia-tesla-t4"},
        "sharedMemory": {"sizeLimit": "1Gi"},
        "secrets": [{"group": "db", "key": "user", "mount": "Env"}],
        "podTemplateRef": {"name": "small"},
    }


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"reg_a.py": "x = 1\nimport reg_missing_package\n"},
            [
                "reg_a.py, line 2: ModuleNotFoundError: No module named 'reg_missing_package' in `import reg_missing_package`",
                "; install reg_missing_package here",
            ],
            id="a module that isn't installed",
        ),
        pytest.param({"reg_b.py": "def f(:\n"}, ["reg_b.py, line 1: SyntaxError: invalid syntax in `def f(:`"], id="a syntax error"),
        pytest.param(
            {"reg_c.py": "x = 1\n\n1 / 0\n"}, ["reg_c.py, line 3: ZeroDivisionError: division by zero in `1 / 0`"], id="an exception"
        ),
        pytest.param(
            {"reg_d.py": "from reg_d2 import x\ny = 1\n", "reg_d2.py": "from reg_d import y\nx = 1\n"},
            ["reg_d2.py, line 1: ImportError: cannot import name 'y'", "circular import", "; move what both modules need into a third one"],
            id="a circular import",
        ),
        pytest.param(
            {"reg_e.py": "import sys\nsys.exit(3)\n"},
            ["reg_e.py, line 2: SystemExit: 3", 'below `if __name__ == "__main__":`'],
            id="a script that ends the process",
        ),
        pytest.param(
            {"reg_f.py": "from . import x\n"},
            ["reg_f.py, line 1: ImportError: attempted relative import", "; add __init__.py to the folder"],
            id="a relative import outside of a package",
        ),
        pytest.param(
            {"json.py": ADD},
            ["json.py: expected a name that no module of Python's standard library has, found json; rename json.py"],
            id="a file that is called like a module of the standard library",
        ),
        pytest.param(
            {"click.py": ADD},
            ["click.py: expected its module click to be imported from there, found "],
            id="a file that is called like a package",
        ),
        pytest.param(
            {"two-words.py": ADD},
            ["expected a name that Python can import, such as two_words, found two-words; rename it"],
            id="a file with a dash",
        ),
        pytest.param({"reg_g.txt": ADD}, ["expected a Python file (.py), found .txt"], id="a file that isn't Python"),
        pytest.param(
            {"reg_h.py": "def total(a: int) -> int:\n    return a\n"},
            ["reg_h.py: expected a task, declared by @glider.task or flytekit's @task, found the functions total; name one of them"],
            id="a file without tasks",
        ),
        pytest.param({"reg_i.py": ""}, ["found no function; write one"], id="an empty file"),
        pytest.param(
            {"reg_j.py": "from glider import task\n\n@task\ndef f(a) -> int:\n    return 1\n"},
            ["reg_j.py, line 3: f can't be a task: a: expected a type hint, found none"],
            id="a task without type hints",
        ),
        pytest.param(
            {"reg_k.py": "from glider import task\n\n@task(retrys=3)\ndef f() -> int:\n    return 1\n"},
            ["reg_k.py, line 3: f can't be a task: task(retrys=…): expected an option", "did you mean retries?"],
            id="an option that there isn't",
        ),
        pytest.param(
            {"reg_l.py": 'from glider import task\n\nif __name__ == "__main__":\n    @task\n    def f() -> int:\n        return 1\n'},
            ["expected a task, declared by"],
            id="a task that is only there when the file is run",
        ),
    ],
)
def test_refuses(write: Write, files: dict[str, str], expected: list[str]) -> None:
    first, *_ = [write(name, text) for name, text in files.items()]
    with pytest.raises(RegistrationError) as refused:
        discover([first])
    message = str(refused.value)
    assert [part for part in expected if part not in message] == [], message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("ad", "expected a task ad, found the functions add, double; did you mean add?", id="a name that is nearly right"),
        pytest.param("NUMBER", "expected a function or a task by the name NUMBER, found a value of the type int", id="something else"),
    ],
)
def test_refuses_a_name(write: Write, name: str, expected: str) -> None:
    with pytest.raises(RegistrationError, match=expected):
        find(write("reg_name.py", f"{ADD}\nNUMBER = 1\n"), name)


def test_refuses_a_path_at_which_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(RegistrationError, match=r"nothing\.py: expected a Python file, a folder or a module's name, found nothing there"):
        discover([tmp_path / "nothing.py"])


def test_two_files_of_one_module_name_are_refused(write: Write) -> None:
    first, second = write("one/reg_same.py", ADD), write("two/reg_same.py", ADD)
    with pytest.raises(RegistrationError, match=r"two/reg_same\.py: expected its module reg_same to be imported from there"):
        discover([first, second])


def test_a_flytekit_task_that_a_pod_would_not_find_is_named(write: Write) -> None:
    """Flytekit's command line has the function's own module and name."""
    write("reg_library.py", "def work(a: int) -> int:\n    return a\n")
    file = write(
        "reg_renamed.py",
        """
        from flytekit import task
        from reg_library import work

        @task
        def fine(a: int) -> int:
            return a

        def own(a: int) -> int:
            return a

        renamed = task(own)
        borrowed = task(work)
        """,
    )
    found = {task.name: task.unsupported for task in discover([file])}
    assert found == {
        "fine": "",
        "renamed": "is looked for as own in reg_renamed by a pod, which isn't the task; call it so, or decorate the function there",
        "borrowed": "is looked for as work in reg_library by a pod, which isn't the task; call it so, or decorate the function there",
    }


def test_files_for_tools_are_not_imported(write: Write, tmp_path: Path) -> None:
    write("setup.py", "raise SystemExit\n")
    write("conftest.py", "raise SystemExit\n")
    write("reg_tools.py", ADD)
    assert [task.full_name for task in discover([tmp_path])] == ["reg_tools.add"]


def test_a_function_describes_itself(write: Write) -> None:
    found = find(write("reg_self.py", ADD), "add")
    assert describe(found.value) == found


def test_a_nested_function_can_not_be_described() -> None:
    def nested(a: int) -> int:
        return a

    outer: Any = lambda a: a  # noqa: E731
    for function in (nested, outer):
        with pytest.raises(RegistrationError, match=r"expected .* as a top-level name of its module"):
            describe(function)
